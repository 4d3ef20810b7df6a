import { expect } from 'chai'
import { BrokerGroup } from '../../helpers/broker-group.ts'
import { runMqadmin } from '../../helpers/mqadmin.ts'

describe('mqadmin about messages', () => {
  const group = new BrokerGroup()
  let broker: string

  before(async () => {
    await group.start()
    broker = (await group.startBroker('master', { brokerClusterName: 'C' })).address.toString()
    await linesOf('updateTopic -c C -t T -r 2 -w 2')
  })

  after(() => group.close())

  const linesOf = async (line: string): Promise<readonly string[]> => {
    const { code, lines, errors } = await runMqadmin(line, group.namesrvAddr)
    expect({ code, errors }).to.deep.equal({ code: 0, errors: [] })
    return lines
  }
  /** The line of a message's description that begins with `name`. */
  const field = (lines: readonly string[], name: string): string | undefined =>
    lines
      .find((line) => line.startsWith(`${name}:`))
      ?.slice(name.length + 1)
      .trim()

  /** Sends to queue 0 and resolves with the unique id. */
  const send = async (options: string): Promise<string> => {
    const [head, row = ''] = await linesOf(`sendMessage -t T -b broker-a -i 0 ${options}`)
    expect(head?.split(/ +/)).to.deep.equal([
      '#Broker',
      'Name',
      '#QID',
      '#Send',
      'Result',
      '#MsgId',
    ])
    const [brokerName, queueId, status, msgId = ''] = row.split(/ +/)
    expect([brokerName, queueId, status]).to.deep.equal(['broker-a', '0', 'SEND_OK'])
    return msgId
  }

  it('sends a message and finds it by all its ids', async () => {
    const msgId = await send('-p hello -k K1 -c A')
    const byUniqueKey = await linesOf(`queryMsgByUniqueKey -t T -i ${msgId}`)
    expect(field(byUniqueKey, 'Keys')).to.equal('[K1]')
    expect(byUniqueKey.at(-1)).to.equal('WARN: No Consumer')
    const byId = await linesOf(`queryMsgById -t T -i ${msgId} -f UTF-8`)
    expect(field(byId, 'Message Body')).to.equal('hello')
    expect(field(byId, 'Store Host')).to.equal(broker)
    const offsetId = field(byId, 'OffsetID')
    const byOffsetId = await linesOf(`queryMsgById -t T -i ${offsetId} -f UTF-8`)
    expect(byOffsetId).to.deep.equal(byId)
    const [, row] = await linesOf('queryMsgByKey -t T -k K1')
    expect(row?.trim().split(/ +/)).to.deep.equal([msgId, '0', '0'])
    const byOffset = await linesOf('queryMsgByOffset -t T -b broker-a -i 0 -o 0 -f UTF-8')
    expect(field(byOffset, 'OffsetID')).to.equal(offsetId)
    expect(field(byOffset, 'Message Body')).to.equal('hello')
    expect(await linesOf('queryMsgByOffset -t T -b broker-a -i 0 -o 99')).to.deep.equal([])
  })

  it('sends a message again, with its id', async () => {
    const msgId = await send('-p again -k K2')
    const [line] = await linesOf(`queryMsgById -t T -i ${msgId} -s true`)
    expect(line).to.match(/^prepare resend msg\. originalMsgId=[0-9A-F]{32}SendResult \[/)
    expect(line).to.contain(`msgId=${msgId}`)
    const all = await linesOf(`queryMsgByUniqueKey -t T -i ${msgId} -a`)
    expect(all.filter((each) => each.startsWith('Topic:'))).to.have.lengthOf(2)
  })

  it('says that there is no message', async () => {
    for (const line of ['queryMsgByKey -t T -k none', 'queryMsgByUniqueKey -t T -i none']) {
      const { code, errors } = await runMqadmin(line, group.namesrvAddr)
      expect(code).to.equal(1)
      expect(errors.join()).to.contain(
        'CODE: 208  DESC: query message by key finished, but no message.',
      )
    }
  })

  it('prints the messages of a topic or of one queue', async () => {
    await linesOf('updateTopic -c C -t Q -r 2 -w 2')
    for (const tag of ['A', 'B', 'A']) {
      await linesOf(`sendMessage -t Q -p body${tag} -c ${tag} -b broker-a -i 1`)
    }
    const bodies = (lines: readonly string[]): (string | undefined)[] =>
      lines
        .filter((line) => line.startsWith('MSGID: '))
        .map((line) => / BODY: (.*)$/.exec(line)?.[1])
    const all = await linesOf('printMsg -t Q')
    expect(all).to.include(
      'minOffset=0, maxOffset=3, MessageQueue [topic=Q, brokerName=broker-a, queueId=1]',
    )
    expect(bodies(all)).to.deep.equal(['bodyA', 'bodyB', 'bodyA'])
    expect(bodies(await linesOf('printMsg -t Q -s B -d false'))).to.deep.equal(['NOT PRINT BODY'])
    expect(await linesOf('printMsgByQueue -t Q -a broker-a -i 1 -f true')).to.deep.equal([
      'Tag: A                              Count: 2',
      'Tag: B                              Count: 1',
    ])
    const some = await linesOf('consumeMessage -t Q -b broker-a -i 1 -o 0 -c 2')
    expect(some.slice(0, 2)).to.deep.equal(['The oldler 2 message will be provided', 'Consume ok'])
    expect(bodies(some)).to.deep.equal(['bodyA', 'bodyB'])
    expect(bodies(await linesOf('consumeMessage -t Q'))).to.deep.equal(['bodyA', 'bodyB', 'bodyA'])
  })

  it('measures how long sends take', async () => {
    const [, ...rows] = await linesOf('checkMsgSendRT -t T -a 3 -s 16')
    expect(rows.slice(0, 3).map((row) => row.split(/ +/).slice(0, 3))).to.deep.equal([
      ['broker-a', '0', 'true'],
      ['broker-a', '1', 'true'],
      ['broker-a', '0', 'true'],
    ])
    expect(rows[3]).to.match(/^Avg RT: \d+\.\d\d$/)
  })
})
