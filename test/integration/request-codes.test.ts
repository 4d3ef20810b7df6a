import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { RemotingCommand } from '../../codec/remoting-command.ts'
import { RequestCode } from '../../codec/request-code.ts'
import { ResponseCode } from '../../codec/response-code.ts'
import { BrokerFixture } from '../helpers/broker-fixture.ts'
import { NamesrvFixture } from '../helpers/namesrv-fixture.ts'

interface Row {
  readonly code: number
  readonly name: string
  readonly namesrv: string
  readonly broker: string
  readonly note: string
}

const FILE = join(import.meta.dirname, '../../../docs/protocol.md')

function readTable(): Row[] {
  return readFileSync(FILE, 'utf8')
    .split('\n')
    .filter((line) => /^\| \d/.test(line))
    .map((line) => {
      const cells = line.split('|').map((cell) => cell.trim())
      const [, code, name = '', namesrv = '', broker = '', note = ''] = cells
      return { code: Number(code), name, namesrv, broker, note }
    })
}

describe('docs/protocol.md', () => {
  const rows = readTable()
  const codes = Object.values(RequestCode).sort((a, b) => a - b)

  /** The codes that are not answered with "not supported"; the requests are empty. */
  async function served(ask: (code: number) => Promise<RemotingCommand>): Promise<number[]> {
    const found = []
    for (const code of codes) {
      const response = await ask(code)
      if (response.code !== ResponseCode.REQUEST_CODE_NOT_SUPPORTED) found.push(code)
      else
        expect(response.remark).to.match(new RegExp(`^ request type ${code} not supported(: .+)?$`))
    }
    return found
  }

  it('lists every request code once, in order', () => {
    const known = new Map(Object.entries(RequestCode).map(([name, code]) => [code, name]))
    expect(rows.map(({ code, name }) => [code, name])).to.deep.equal([
      ...codes.map((code) => [code, known.get(code)]),
    ])
  })

  it('says of each code that is refused why', () => {
    const unexplained = rows.filter((row) => row.broker === 'refused' && row.note === '')
    expect(unexplained).to.deep.equal([])
  })

  it('says what a name server serves', async () => {
    const namesrv = new NamesrvFixture()
    await namesrv.start()
    const client = await namesrv.connect()
    const found = await served((code) => client.invoke(RemotingCommand.request(code, {})))
    await namesrv.stop()
    const listed = rows.filter((row) => row.namesrv === 'served').map(({ code }) => code)
    expect(found).to.deep.equal(listed)
  })

  it('says what a broker serves', async () => {
    const broker = new BrokerFixture()
    await broker.start()
    const found = await served((code) => broker.invoke(code))
    await broker.close()
    const listed = rows.filter((row) => row.broker === 'served').map(({ code }) => code)
    expect(found).to.deep.equal(listed)
  })
})
