import { deflateSync } from 'node:zlib'
import { expect } from 'chai'
import { ConsumeMessageDirectlyResult } from '../../../../codec/body/consume-message-directly-result.ts'
import { CodecError } from '../../../../codec/errors.ts'
import { Host } from '../../../../codec/message/host.ts'
import { RemotingCommand } from '../../../../codec/remoting-command.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { tracesIn } from '../../../../lib/admin/commands/message/trace.ts'
import { dumpCompactionLog } from '../../../../lib/admin/commands/message/dump-compaction-log.ts'
import { queryMsgByKey } from '../../../../lib/admin/commands/message/query-msg-by-key.ts'
import { textOf } from '../../../../lib/admin/commands/message/show-message.ts'
import {
  decodeMessages,
  describeProperties,
  type FetchedMessage,
} from '../../../../lib/admin/fetched-message.ts'
import { unpackBody } from '../../../../lib/admin/message-body.ts'
import { writeFile } from '../../../../lib/admin/text-file.ts'
import { FakeServers, MASTER } from '../../../helpers/fake-servers.ts'
import { recordWith } from '../../../helpers/record.ts'

const message = (body: string): FetchedMessage => {
  const host = Host.of('10.0.0.5', 1)
  return {
    topic: 'T',
    queueId: 0,
    flag: 0,
    sysFlag: 0,
    body: Buffer.from(body),
    properties: new Map(),
    bornTimestamp: 0,
    bornHost: host,
    storeHost: host,
    reconsumeTimes: 0,
    preparedTransactionOffset: 0,
    storeSize: 0,
    bodyCrc: 0,
    queueOffset: 0,
    commitLogOffset: 0,
    storeTimestamp: 0,
    msgId: 'M',
    offsetMsgId: 'O',
    brokerName: undefined,
  }
}

describe('mqadmin about messages', () => {
  it('shows properties in the order of Java', () => {
    const properties = new Map([
      ['UNIQ_KEY', 'u'],
      ['WAIT', 'true'],
      ['KEYS', 'k'],
      ['TAGS', 't'],
    ])
    expect(describeProperties(properties)).to.equal('{UNIQ_KEY=u, TAGS=t, KEYS=k, WAIT=true}')
  })

  it('unpacks bodies, and says of others how they are packed', () => {
    const [compressed, lz4, zlib] = [1, 1 << 8, 3 << 8]
    const record = (sysFlag: number, body: Buffer) => ({ ...message(''), sysFlag, body })
    const unpack = (sysFlag: number, body: Buffer) =>
      textOf(
        { ...message(''), ...unpackBody({ ...record(sysFlag, body), properties: '' }) },
        'utf8',
      )
    const deflated = deflateSync(Buffer.from('text'))
    expect(unpack(0, Buffer.from('text'))).to.equal('text')
    expect(unpack(compressed, deflated)).to.equal('text')
    expect(unpack(compressed | zlib, deflated)).to.equal('text')
    expect(unpack(compressed | lz4, Buffer.from('xyz'))).to.equal('(3 bytes, packed by LZ4)')
    expect(unpack(compressed, Buffer.from('broken'))).to.equal('(6 bytes, packed by ZLIB)')
  })

  it('refuses an answer that holds no records', () => {
    for (const length of [1, 91, 200]) {
      expect(() => decodeMessages(Buffer.alloc(length))).to.throw(CodecError, 'no record at byte 0')
    }
    expect(decodeMessages(undefined)).to.deep.equal([])
  })

  it('reads the traces of a message', () => {
    const pub = [
      'Pub',
      '1000',
      'r',
      'PG',
      'T',
      'M1',
      't',
      'k',
      'h',
      '5',
      '7',
      '0',
      'O',
      'true',
      'c',
    ]
    const sub = ['SubAfter', 'R', 'M1', '3', 'false', 'k', '0', '2000', 'CG']
    const other = ['SubAfter', 'R', 'M2', '3', 'true', 'k', '0', '2000', 'CG']
    const before = ['SubBefore', '1500', 'r', 'CG', 'R', 'M1', '0', 'k']
    const text = [pub, before, sub, other].map((each) => `${each.join('\x01')}\x02`).join('')
    const clientHost = '10.0.0.5'
    expect(tracesIn(message(text), 'M1')).to.deep.equal([
      {
        type: 'Pub',
        msgId: 'M1',
        group: 'PG',
        timestamp: 1_000,
        costMs: 7,
        isSuccess: true,
        clientHost,
      },
      {
        type: 'SubAfter',
        msgId: 'M1',
        group: 'CG',
        timestamp: 2_000,
        costMs: 3,
        isSuccess: false,
        clientHost,
      },
    ])
  })

  it('tells brokers of 5.5.0 what kind of key it is', async () => {
    const servers = new FakeServers()
    servers.answer(MASTER, RequestCode.QUERY_MESSAGE, () => RemotingCommand.response(22, 'none'))
    await servers.run(queryMsgByKey, '-t T -k K -p T -l L').catch(() => undefined)
    expect(servers.requests.at(-1)?.request.extFields).to.include({ indexType: 'T', lastKey: 'L' })
  })

  it('prints the messages of a compaction log, up to its empty end', async () => {
    const servers = new FakeServers()
    const { buffer, start, end } = recordWith('KEYS\x01k\x02', Buffer.from('hi'))
    const record = buffer.subarray(start, end)
    writeFile(servers.fileSystem, '/log/0', Buffer.concat([record, record, Buffer.alloc(64)]))
    const lines = await servers.run(dumpCompactionLog, '-f /log/0')
    expect(lines).to.have.lengthOf(2)
    expect(lines[0]).to.match(
      /^MessageExt \[brokerName=null, queueId=0, storeSize=\d+, queueOffset=0,/,
    )
    expect(lines[0]).to.contain(
      "toString()=Message{topic='T', flag=0, properties={KEYS=k}, body=[104, 105], transactionId='null'}]",
    )
  })

  it('reads what a consumer made of a message', () => {
    const body = Buffer.from('{"autoCommit":true,"consumeResult":"CR_SUCCESS","order":false}')
    expect(ConsumeMessageDirectlyResult.decode(body)).to.deep.equal({
      autoCommit: true,
      consumeResult: 'CR_SUCCESS',
      order: false,
      spentTimeMills: 0,
    })
  })
})
