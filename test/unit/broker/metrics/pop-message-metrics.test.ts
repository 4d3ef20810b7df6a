import { expect } from 'chai'
import { PopFixture } from '../../../helpers/pop-fixture.ts'

describe('PopMessageMetrics', () => {
  let fixture: PopFixture

  beforeEach(async () => {
    fixture = new PopFixture({ enablePopBufferMerge: 'false' })
    fixture.addTopic('T')
    await fixture.start()
  })
  afterEach(() => fixture.remove())

  /** Samples by name and labels, without the group, which is the same in all. */
  function counts(): Record<string, number> {
    const lines = fixture.pops.metrics.metrics.flatMap(({ name, collect }) =>
      [...collect()].map(({ labels, value }) => {
        const { consumer_group, ...others } = labels
        expect(consumer_group).to.equal('G')
        return [[name, ...Object.values(others)].join(' '), value] as const
      }),
    )
    return Object.fromEntries(lines)
  }

  it('counts what goes into the revive topic, comes out of it, and is revived', async () => {
    fixture.send('T', 'a')
    fixture.send('T', 'b')
    const [first] = await fixture.pop()
    if (first === undefined) throw new Error('nothing popped')
    await fixture.ack(first)
    await fixture.advance(20_000)
    expect(counts()).to.deep.equal({
      'rocketmq_pop_revive_in_message_total T CK PUT_OK': 1,
      'rocketmq_pop_revive_in_message_total T ACK PUT_OK': 1,
      'rocketmq_pop_revive_out_message_total T 0 CK': 1,
      'rocketmq_pop_revive_out_message_total T 0 ACK': 1,
      'rocketmq_pop_revive_retry_messages_total T PUT_OK': 1,
    })
  })
})
