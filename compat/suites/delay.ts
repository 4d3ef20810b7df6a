import { newestJavaSuite } from './java.ts'

/** Eighteen levels of 1 to 9 seconds, two of each. */
const MESSAGE_DELAY_LEVEL = Array.from({ length: 18 }, (_, index) => `${(index >> 1) + 1}s`)

/** For the cases of cold data: all of it is cold. Each bounds its own group. */
const ALL_COLD = { coldDataFlowControlEnable: 'true', accessMessageInMemoryHotRatio: 0 }

/** Delay levels, through a stop and a crash of the broker; groups that read cold data. */
export const delaySuite = newestJavaSuite('delay', {
  messageDelayLevel: MESSAGE_DELAY_LEVEL.join(' '),
  ...ALL_COLD,
})
