import path from 'node:path'
import { runClientProgram } from '../harness/client-program.ts'
import { verifyStore } from '../harness/ours.ts'
import { Servers } from '../harness/servers.ts'
import type { Suite } from '../harness/suite.ts'
import { NEWEST, javaClient } from './java.ts'

/** So small that every kind of file rolls. */
const SMALL_FILES = {
  mappedFileSizeCommitLog: 1024 * 1024,
  mappedFileSizeConsumeQueue: 20 * 100,
  maxHashSlotNum: 1_000,
  maxIndexNum: 500,
  enableConsumeQueueExt: 'true',
  enableCalcFilterBitMap: 'true',
  mappedFileSizeConsumeQueueExt: 20 * 50,
}

/** Transactions that are left open are asked about after seconds. */
const SHORT_CHECKS = {
  transactionTimeOut: 3000,
  transactionCheckInterval: 2000,
  transactionOpBatchInterval: 500,
}

/** Timers go through several files and are stored more than once. */
const SMALL_TIMERS = {
  recallMessageEnable: 'true',
  timerRollWindowSlot: 6,
  mappedFileSizeTimerLog: 2600,
}

/** One store in the hands of Apache's broker and ours in turn, stopped or killed in between. */
export const diskSuite: Suite = {
  name: 'disk',
  tools: ['java', 'mvn'],
  targets: ['ours'],
  async run(context) {
    const command = await javaClient(context, NEWEST, 'disk')
    const { namesrv, broker } = context.launchers
    const apache = await context.launchers.apache()
    const brokers = { apache: apache.broker, ours: broker }
    const servers = await Servers.startOnOneStore(context.directory, namesrv, brokers, {
      ...SMALL_FILES,
      ...SHORT_CHECKS,
      ...SMALL_TIMERS,
    })
    const dist = path.join(path.dirname(context.compatDirectory), 'dist')
    await runClientProgram(this.name, context, servers, command, {
      'store/verify': () => verifyStore(dist, path.join(context.directory, 'broker')),
    })
  },
}
