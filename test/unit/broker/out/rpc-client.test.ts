import { expect } from 'chai'
import { RemotingCommand } from '../../../../codec/remoting-command.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { RpcClient } from '../../../../lib/broker/out/rpc-client.ts'
import { SILENT_LOGGER } from '../../../../lib/common/logger.ts'
import { SimClock } from '../../../helpers/sim-clock.ts'

describe('RpcClient', () => {
  const clock = new SimClock()
  let addresses: Map<string, string> | undefined
  let fetches: number
  let asked: string[]
  let code: number
  let client: RpcClient

  beforeEach(() => {
    addresses = new Map([['broker-b', '10.0.0.2:10911']])
    fetches = 0
    asked = []
    code = 0
    client = new RpcClient({
      getMasterAddresses: async () => {
        fetches++
        if (addresses === undefined) throw new Error('no name server')
        return addresses
      },
      invoke: async (address, request) => {
        asked.push(`${address} ${request.code} ${JSON.stringify(request.extFields)}`)
        return RemotingCommand.response(code, 'the answer')
      },
      clock,
      logger: SILENT_LOGGER,
    })
  })

  const call = (brokerName = 'broker-b', accepted?: number[]) =>
    client.invoke(brokerName, RequestCode.GET_MAX_OFFSET, { topic: 'T' }, accepted)

  async function failureOf(calling: Promise<unknown>): Promise<unknown> {
    const thrown = await calling.then(
      () => 'no failure',
      (error: unknown) => error,
    )
    const { code: failedCode, message } = thrown as { code: number; message: string }
    return { code: failedCode, message }
  }

  it('asks the master of a named broker, all at first with one question to the name server', async () => {
    const answers = await Promise.all([call(), call()])
    expect(answers.map(({ remark }) => remark)).to.deep.equal(['the answer', 'the answer'])
    expect(asked).to.deep.equal(Array(2).fill('10.0.0.2:10911 30 {"topic":"T"}'))
    expect(fetches).to.equal(1)
  })

  it('believes addresses for five seconds, and the last ones while no name server answers', async () => {
    await call()
    addresses = new Map([['broker-b', '10.0.0.3:10911']])
    clock.advance(4_999)
    await call()
    clock.advance(1)
    await call()
    addresses = undefined
    clock.advance(5_000)
    await call()
    expect(asked.map((each) => each.split(' ')[0])).to.deep.equal([
      '10.0.0.2:10911',
      '10.0.0.2:10911',
      '10.0.0.3:10911',
      '10.0.0.3:10911',
    ])
    expect(fetches).to.equal(3)
  })

  it('fails for a broker that is not known, and for an answer that was not expected', async () => {
    expect(await failureOf(call('broker-c'))).to.deep.equal({
      code: 1,
      message: 'cannot find addr for broker broker-c',
    })
    code = 22
    expect(await failureOf(call())).to.deep.equal({ code: 1, message: 'unknown remote error' })
    expect((await call('broker-b', [0, 22])).code).to.equal(22)
  })
})
