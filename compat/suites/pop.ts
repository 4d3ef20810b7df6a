import { newestJavaSuite } from './java.ts'

/** Offsets are soon on the disk: a broker that is killed goes on from there. Messages have bit maps of what wants them. */
const SETTINGS = {
  flushConsumerOffsetInterval: 500,
  enableConsumeQueueExt: 'true',
  enableCalcFilterBitMap: 'true',
}

/** Pop consumers: the Java client in POP mode, and requests as it makes them. */
export const popSuite = newestJavaSuite('pop', SETTINGS)
