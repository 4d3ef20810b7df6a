import { expect } from 'chai'
import { EndTransactionRequestHeader } from '../../../../codec/header/end-transaction.ts'
import { Host } from '../../../../codec/message/host.ts'
import type { MessageExt } from '../../../../codec/message/message.ts'
import { encodeProperties } from '../../../../codec/message/properties.ts'
import { RemotingCommand } from '../../../../codec/remoting-command.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { EndTransactionProcessor } from '../../../../lib/broker/processor/end-transaction-processor.ts'
import type { Transactions } from '../../../../lib/broker/transactions.ts'
import { RemotingError } from '../../../../lib/remoting/index.ts'
import {
  type BrokerParts,
  makeBrokerParts,
  makeTransactions,
} from '../../../helpers/broker-parts.ts'
import { FakeChannel } from '../../../helpers/fake-channel.ts'
import { propertiesOf } from '../../../helpers/memory-message-store.ts'
import { makeMessage } from '../../../helpers/store.ts'

const COMMIT = 8
const ROLLBACK = 12
const UNKNOWN = 0
const HALF_TOPIC = 'RMQ_SYS_TRANS_HALF_TOPIC'
const OP_TOPIC = 'RMQ_SYS_TRANS_OP_HALF_TOPIC'
const PROPERTIES = {
  MSG_REGION: 'DefaultRegion',
  UNIQ_KEY: 'U1',
  PGROUP: 'PG',
  TAGS: 'a',
  TRAN_MSG: 'true',
  KEYS: 'k1',
}

describe('EndTransactionProcessor', () => {
  let parts: BrokerParts
  let transactions: Transactions
  let processor: EndTransactionProcessor
  let half: MessageExt

  beforeEach(() => {
    parts = makeBrokerParts()
    transactions = makeTransactions(parts)
    processor = new EndTransactionProcessor({ ...parts, transactions: transactions.service })
    half = prepare()
  })
  afterEach(() => parts.remove())

  function prepare(properties: Record<string, string> = {}): MessageExt {
    const all = new Map(Object.entries({ ...PROPERTIES, ...properties }))
    const message = makeMessage({
      topic: 'T',
      queueId: 3,
      flag: 7,
      sysFlag: 1 | 4,
      bornTimestamp: parts.clock.now(),
      bornHost: Host.of('10.0.0.1', 1),
    })
    transactions.service.asyncPrepareMessage(message, all, () => undefined)
    return parts.messageStore.log.at(-1) as MessageExt
  }

  function requestOf(fields: Partial<EndTransactionRequestHeader>): RemotingCommand {
    const header = {
      producerGroup: 'PG',
      tranStateTableOffset: half.queueOffset,
      commitLogOffset: half.commitLogOffset,
      commitOrRollback: COMMIT,
      msgId: 'U1',
      ...fields,
    }
    return RemotingCommand.request(
      RequestCode.END_TRANSACTION,
      EndTransactionRequestHeader.encode(header),
    )
  }

  /** Code and remark of the answer; undefined when there is none. */
  async function end(fields: Partial<EndTransactionRequestHeader> = {}) {
    try {
      const response = await processor.process(requestOf(fields), new FakeChannel())
      return response && [response.code, response.remark]
    } catch (error) {
      if (error instanceof RemotingError) return [error.code, error.message]
      throw error
    }
  }

  function committed(): MessageExt[] {
    return parts.messageStore.messagesOf('T', 3)
  }

  it('stores what is committed as Apache does', async () => {
    expect(await end()).to.deep.equal([0, undefined])
    expect(committed()).to.have.length(1)
    const [message] = committed()
    expect(message).to.deep.include({
      flag: 7,
      sysFlag: 1 | 8,
      bornTimestamp: half.bornTimestamp,
      bornHost: half.bornHost,
      preparedTransactionOffset: half.commitLogOffset,
      properties: half.properties,
    })
    expect(Object.fromEntries(propertiesOf(half))).to.deep.equal({
      ...PROPERTIES,
      __transactionId__: 'U1',
      REAL_TOPIC: 'T',
      REAL_QID: '3',
    })
    expect(half).to.deep.include({ topic: HALF_TOPIC, queueId: 0, sysFlag: 1 })
  })

  it('stores nothing for a rollback', async () => {
    expect(await end({ commitOrRollback: ROLLBACK })).to.deep.equal([0, undefined])
    expect(committed()).to.deep.equal([])
  })

  it('notes both kinds of end, after transactionOpBatchInterval, in one op message', async () => {
    await end()
    half = prepare()
    await end({ commitOrRollback: ROLLBACK })
    parts.clock.advance(2999)
    expect(parts.messageStore.messagesOf(OP_TOPIC, 0)).to.deep.equal([])
    parts.clock.advance(1)
    const ops = parts.messageStore.messagesOf(OP_TOPIC, 0)
    expect(ops.map(({ body }) => body.toString())).to.deep.equal(['0,1,'])
    expect(ops[0]?.properties).to.equal(
      encodeProperties(Object.entries({ WAIT: 'true', TAGS: 'd' })),
    )
  })

  it('gives no answer and does nothing while the producer does not know', async () => {
    for (const fromTransactionCheck of [true, false]) {
      expect(await end({ commitOrRollback: UNKNOWN, fromTransactionCheck })).to.equal(undefined)
    }
    expect(await end({ commitOrRollback: 4 })).to.equal(undefined)
    const request = requestOf({ commitOrRollback: UNKNOWN })
    await processor.process(request, new FakeChannel())
    expect(request.isOneway, 'takes no place of a request that waits').to.equal(true)
    expect(parts.messageStore.log).to.have.length(1)
  })

  describe('refuses', () => {
    const cases: [string, Partial<EndTransactionRequestHeader>, string][] = [
      ['a group that is not the producer’s', { producerGroup: 'P2' }, 'The producer group wrong'],
      [
        'another queue offset',
        { tranStateTableOffset: 1 },
        'The transaction state table offset wrong',
      ],
      [
        'an offset without a message',
        { commitLogOffset: 1 },
        'Find prepared transaction message failed',
      ],
      ['a negative offset', { commitLogOffset: -1 }, 'Find prepared transaction message failed'],
    ]
    for (const [what, fields, remark] of cases) {
      for (const commitOrRollback of [COMMIT, ROLLBACK]) {
        it(`${what} (${commitOrRollback})`, async () => {
          expect(await end({ ...fields, commitOrRollback })).to.deep.equal([1, remark])
          expect(committed()).to.deep.equal([])
          expect(await end(), 'it is still open').to.deep.equal([0, undefined])
          expect(committed()).to.have.length(1)
        })
      }
    }

    it('a message that is not a half message, as the committed one', async () => {
      await end()
      const [message] = committed()
      const fields = {
        commitLogOffset: message?.commitLogOffset ?? -1,
        tranStateTableOffset: message?.queueOffset ?? -1,
      }
      expect(await end(fields)).to.deep.equal([1, 'Find prepared transaction message failed'])
      expect(committed()).to.have.length(1)
    })

    it('a half message that stands elsewhere than the request says', async () => {
      parts.messageStore.lookMessageByOffset = () => Promise.resolve(half)
      const fields = { commitLogOffset: half.commitLogOffset + 8 }
      expect(await end(fields)).to.deep.equal([1, 'The commit log offset wrong'])
    })

    it('everything on a slave', async () => {
      parts.storeConfig.brokerRole = 'SLAVE'
      expect(await end()).to.deep.equal([11, undefined])
      expect(await end({ commitOrRollback: UNKNOWN })).to.deep.equal([11, undefined])
    })

    it('an unasked end after the immunity time, not one that was asked for', async () => {
      half = prepare({ CHECK_IMMUNITY_TIME_IN_SECONDS: '10' })
      parts.clock.advance(10_001)
      expect(await end()).to.deep.equal([604, undefined])
      expect(await end({ commitOrRollback: ROLLBACK })).to.deep.equal([604, undefined])
      expect(committed()).to.deep.equal([])
      expect(await end({ fromTransactionCheck: true })).to.deep.equal([0, undefined])
      expect(committed()).to.have.length(1)
    })

    it('no end within the immunity time, which is at least transactionTimeOut', async () => {
      half = prepare({ CHECK_IMMUNITY_TIME_IN_SECONDS: '1' })
      parts.clock.advance(6000)
      expect(await end()).to.deep.equal([0, undefined])
    })

    it('a half message without a real topic', async () => {
      const properties = encodeProperties([['PGROUP', 'PG']])
      parts.messageStore.putMessage(makeMessage({ topic: HALF_TOPIC, properties }), () => undefined)
      half = parts.messageStore.log.at(-1) as MessageExt
      expect(await end()).to.deep.equal([1, 'The half message has no real topic'])
    })
  })

  it('has no effect a second time, whatever it says', async () => {
    for (const first of [COMMIT, ROLLBACK]) {
      half = prepare()
      await end({ commitOrRollback: first })
      const stored = parts.messageStore.log.length
      for (const commitOrRollback of [COMMIT, ROLLBACK]) {
        expect(await end({ commitOrRollback })).to.deep.equal([0, undefined])
      }
      expect(parts.messageStore.log).to.have.length(stored)
    }
    expect(transactions.metrics.getTransactionCount('T'), 'open').to.equal(1)
  })

  it('stores a message once when two commits come at a time', async () => {
    parts.messageStore.holdAnswers()
    const both = Promise.all([end(), end()])
    await Promise.resolve()
    await new Promise((resolve) => setImmediate(resolve))
    parts.messageStore.releaseAnswers()
    expect(await both).to.deep.equal([
      [0, undefined],
      [0, undefined],
    ])
    expect(committed()).to.have.length(1)
  })

  it('delays a committed message with a delay level from the commit on', async () => {
    half = prepare({ DELAY: '3' })
    expect(half.topic).to.equal(HALF_TOPIC)
    await end()
    const [delayed] = parts.messageStore.messagesOf('SCHEDULE_TOPIC_XXXX', 2)
    const properties = propertiesOf(delayed ?? half)
    expect(properties.get('REAL_TOPIC')).to.equal('T')
    expect(properties.get('REAL_QID')).to.equal('3')
    expect(properties.has('TRAN_MSG')).to.equal(false)
    expect(transactions.metrics.getTransactionCount('T')).to.equal(1)
  })

  const REFUSALS: [string, number, string][] = [
    ['CREATE_MAPPED_FILE_FAILED', 1, 'Create mapped file failed.'],
    [
      'MESSAGE_ILLEGAL',
      13,
      'The message is illegal, maybe msg body or properties length not matched. ' +
        'msg body length limit 4194304B, msg properties length limit 32KB.',
    ],
    ['SERVICE_NOT_AVAILABLE', 14, 'Service not available now.'],
    ['OS_PAGE_CACHE_BUSY', 1, 'OS page cache busy, please try another machine'],
    ['UNKNOWN_ERROR', 1, 'UNKNOWN_ERROR'],
    ['IN_SYNC_REPLICAS_NOT_ENOUGH', 1, 'in-sync replicas not enough'],
  ]
  for (const [status, code, remark] of REFUSALS) {
    it(`says why the store refuses: ${status}; the transaction stays open`, async () => {
      parts.messageStore.nextStatus.push(status as 'UNKNOWN_ERROR')
      expect(await end()).to.deep.equal([code, remark])
      expect(await end()).to.deep.equal([0, undefined])
      expect(committed()).to.have.length(1)
    })
  }

  it('takes a message that is stored, but not safe, for committed', async () => {
    parts.messageStore.nextStatus.push('FLUSH_DISK_TIMEOUT')
    expect(await end()).to.deep.equal([0, undefined])
  })
})
