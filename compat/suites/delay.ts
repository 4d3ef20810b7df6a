import { newestJavaSuite } from './java.ts'

/** Eighteen levels of 1 to 9 seconds, two of each. */
const MESSAGE_DELAY_LEVEL = Array.from({ length: 18 }, (_, index) => `${(index >> 1) + 1}s`)

/** Delay levels, through a stop and a crash of the broker. */
export const delaySuite = newestJavaSuite('delay', {
  messageDelayLevel: MESSAGE_DELAY_LEVEL.join(' '),
})
