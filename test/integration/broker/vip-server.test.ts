import { once } from 'node:events'
import type { AddressInfo, Server } from 'node:net'
import { createServer } from 'node:net'
import { expect } from 'chai'
import { RemotingCommand } from '../../../codec/remoting-command.ts'
import { RequestCode } from '../../../codec/request-code.ts'
import { ResponseCode } from '../../../codec/response-code.ts'
import { VipServer } from '../../../lib/broker/vip-server.ts'
import { RequestDispatcher } from '../../../lib/remoting/index.ts'
import { RecordingLogger } from '../../helpers/recording-logger.ts'
import { RawClient } from '../../helpers/remoting.ts'
import { SimClock } from '../../helpers/sim-clock.ts'

describe('VipServer', () => {
  /** A server that holds a free port until it is closed. */
  async function holdPort(): Promise<{ holder: Server; port: number }> {
    const holder = createServer().listen(0, '127.0.0.1')
    await once(holder, 'listening')
    return { holder, port: (holder.address() as AddressInfo).port }
  }

  function create(listenPort: number) {
    const logger = new RecordingLogger()
    const dispatcher = new RequestDispatcher(logger)
    dispatcher.registerDefaultProcessor({ process: () => RemotingCommand.response(0) })
    const config = { listenPort, bindAddress: '127.0.0.1' }
    return { logger, server: new VipServer({ config, dispatcher, clock: new SimClock(), logger }) }
  }

  it('serves two ports below the broker, but for pulls', async () => {
    const { holder, port } = await holdPort()
    holder.close()
    await once(holder, 'close')
    const { server } = create(port + 2)
    await server.start()
    const client = await RawClient.connect(port)
    const send = await client.invoke(RemotingCommand.request(RequestCode.SEND_MESSAGE_V2))
    const pull = await client.invoke(RemotingCommand.request(RequestCode.PULL_MESSAGE))
    await client.close()
    await server.stop()
    expect(send.code).to.equal(ResponseCode.SUCCESS)
    expect(pull.code).to.equal(ResponseCode.REQUEST_CODE_NOT_SUPPORTED)
    expect(pull.remark).to.equal(' request type 11 not supported')
  })

  it('is done without when its port is in use', async () => {
    const { holder, port } = await holdPort()
    const { server, logger } = create(port + 2)
    await server.start()
    await server.stop()
    holder.close()
    expect(logger.atLeast('warn').map(({ event }) => event)).to.deep.equal(['no VIP channel'])
  })

  it('is not there when the broker takes any free port', async () => {
    const { server, logger } = create(0)
    await server.start()
    await server.stop()
    expect(logger.lines).to.deep.equal([])
  })
})
