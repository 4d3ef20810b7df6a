import { expect } from 'chai'
import type { PutMessageCallback, PutMessageStatus } from '../../../../lib/store/types.ts'
import { TimerPutService } from '../../../../lib/store/timer/timer-put-service.ts'
import { RecordingLogger } from '../../../helpers/recording-logger.ts'
import { settle } from '../../../helpers/settle.ts'
import { SimClock } from '../../../helpers/sim-clock.ts'
import { makeMessage } from '../../../helpers/store.ts'
import { TIMER_DEFAULTS } from '../../../helpers/timer-fixture.ts'

describe('TimerPutService', () => {
  it('logs once that messages are refused, however many and how often, and once that they are taken', async () => {
    const clock = new SimClock()
    const logger = new RecordingLogger()
    let status: PutMessageStatus = 'PUT_TO_REMOTE_BROKER_FAIL'
    const appended = {
      ...{ commitLogOffset: 0, size: 1, queueOffset: 0, storeTimestamp: 0 },
      ...{ messageCount: 1, offsetMsgId: '' },
    }
    const putMessage = (_: unknown, done: PutMessageCallback): void =>
      done(status === 'PUT_OK' ? { status, appended } : { status })
    const puts = new TimerPutService({
      ...{ config: TIMER_DEFAULTS, clock, logger, messageStore: { putMessage } },
      mayPut: () => true,
      onPut: () => undefined,
    })
    const done = puts.putAll(Array.from({ length: 100 }, () => makeMessage()))
    for (let i = 0; i < 3; i++) {
      clock.advance(500)
      await settle()
    }
    expect(logger.lines.map(({ level }) => level)).to.deep.equal(['error'])
    status = 'PUT_OK'
    clock.advance(500)
    expect(await done).to.equal(true)
    expect(logger.lines.map(({ level }) => level)).to.deep.equal(['error', 'info'])
  })
})
