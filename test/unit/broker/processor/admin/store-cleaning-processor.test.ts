import { expect } from 'chai'
import { RemotingCommand } from '../../../../../codec/remoting-command.ts'
import { RequestCode } from '../../../../../codec/request-code.ts'
import { ResponseCode } from '../../../../../codec/response-code.ts'
import { StoreCleaningProcessor } from '../../../../../lib/broker/processor/admin/store-cleaning-processor.ts'
import { SILENT_LOGGER } from '../../../../../lib/common/logger.ts'
import { FakeChannel } from '../../../../helpers/fake-channel.ts'
import { MemoryMessageStore } from '../../../../helpers/memory-message-store.ts'
import { SimClock } from '../../../../helpers/sim-clock.ts'
import { makeMessage } from '../../../../helpers/store.ts'

describe('StoreCleaningProcessor', () => {
  let store: MemoryMessageStore
  let processor: StoreCleaningProcessor

  beforeEach(() => {
    store = new MemoryMessageStore({ clock: new SimClock() })
    for (const topic of ['Known', 'Gone', 'SYSTEM', '%LMQ%light']) {
      store.putMessage(makeMessage({ topic }), () => undefined)
    }
    const topicConfigManager = {
      containsTopic: (topic: string) => topic === 'Known',
      isSystemTopic: (topic: string) => topic === 'SYSTEM',
    }
    processor = new StoreCleaningProcessor({
      topicConfigManager,
      messageStore: store,
      logger: SILENT_LOGGER,
    })
  })

  function ask(code: number): number {
    return processor.process(RemotingCommand.request(code), new FakeChannel()).code
  }

  it('has expired commit log files removed', () => {
    expect(ask(RequestCode.DELETE_EXPIRED_COMMITLOG)).to.equal(ResponseCode.SUCCESS)
    expect(store.manualDeletions).to.equal(1)
  })

  it('has expired queues removed, but not those of system topics', () => {
    expect(ask(RequestCode.CLEAN_EXPIRED_CONSUMEQUEUE)).to.equal(ResponseCode.SUCCESS)
    expect(store.keptWhenCleaned).to.deep.equal(['SYSTEM'])
  })

  it('removes the queues of topics that it does not know', () => {
    expect(ask(RequestCode.CLEAN_UNUSED_TOPIC)).to.equal(ResponseCode.SUCCESS)
    expect(store.deletedTopics).to.deep.equal(['Gone'])
  })
})
