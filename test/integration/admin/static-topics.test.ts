import { readFileSync, rmSync } from 'node:fs'
import { expect } from 'chai'
import { BrokerGroup } from '../../helpers/broker-group.ts'
import { runMqadmin } from '../../helpers/mqadmin.ts'

describe('mqadmin about static topics', () => {
  const group = new BrokerGroup()
  const files: string[] = []

  before(async () => {
    await group.start()
    for (const brokerName of ['broker-a', 'broker-b']) {
      await group.startBroker(brokerName, { brokerClusterName: 'C', brokerName })
    }
  })

  after(async () => {
    await group.close()
    for (const file of files) rmSync(file, { force: true })
  })

  const linesOf = async (line: string): Promise<readonly string[]> => {
    const { code, lines, errors } = await runMqadmin(line, group.namesrvAddr)
    expect({ code, errors }).to.deep.equal({ code: 0, errors: [] })
    return lines
  }
  /** Runs a command that writes two files. Returns the one with what there was, and the one with what is. */
  const filesOf = async (line: string): Promise<readonly [before: string, after: string]> => {
    const found = (await linesOf(line)).map((each) => each.split('file ')[1] ?? '')
    files.push(...found)
    expect(found).to.have.lengthOf(2)
    return [found[0] as string, found[1] as string]
  }
  /** Broker, queue, and offsets. */
  const statusOf = async (): Promise<string[]> =>
    (await linesOf('topicStatus -t S'))
      .slice(1, -2)
      .map((row) => row.trim().split(/ +/).slice(0, 4).join(' '))

  it('creates one, moves it to one broker, and back after a plan in a file', async () => {
    const [, created] = await filesOf('updateStaticTopic -c C -t S -qn 3')
    expect(JSON.parse(readFileSync(created, 'utf8'))).to.include({ topic: 'S' })
    expect(await statusOf()).to.deep.equal([
      '__syslo__global__ 0 0 0',
      '__syslo__global__ 1 0 0',
      '__syslo__global__ 2 0 0',
      'broker-a 0 0 0',
      'broker-a 1 0 0',
      'broker-b 0 0 0',
    ])

    await filesOf('remappingStaticTopic -b broker-b -t S')
    expect((await statusOf()).slice(0, 3)).to.deep.equal([
      '__syslo__global__ 0 0 10000',
      '__syslo__global__ 1 0 0',
      '__syslo__global__ 2 0 10000',
    ])

    const grown = await filesOf('updateStaticTopic -b broker-b -t S -qn 4')
    const again = await runMqadmin('updateStaticTopic -b broker-b -t S -qn 4', group.namesrvAddr)
    files.push(...again.lines.map((each) => each.split('file ')[1] ?? ''))
    expect(again.errors).to.deep.equal([
      'mqadmin updateStaticTopic: The topic queue num is equal the existed queue num, do nothing',
    ])
    expect(await linesOf(`updateStaticTopic -b broker-b -t S -qn 4 -mf ${grown[1]}`)).to.deep.equal(
      [],
    )
    const other = await runMqadmin(
      `updateStaticTopic -b broker-b -t Other -qn 4 -mf ${grown[1]}`,
      group.namesrvAddr,
    )
    expect(other.errors[0]).to.match(/it is about the topic S$/)
  })

  it('refuses brokers and clusters that there are not, and topics of another kind', async () => {
    const errorOf = async (line: string) => (await runMqadmin(line, group.namesrvAddr)).errors[0]
    expect(await errorOf('updateStaticTopic -c Nowhere -t S -qn 9')).to.include('Find none brokers')
    expect(await errorOf('updateStaticTopic -b broker-x -t S -qn 9')).to.include(
      "Can't find addr for broker broker-x",
    )
    await linesOf('updateTopic -c C -t Plain')
    expect(await errorOf('remappingStaticTopic -c C -t Plain')).to.match(
      /Mapping info should not be null in broker broker-[ab]$/,
    )
  })
})
