import { readdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect } from 'chai'
import { RemotingCommand } from '../../../codec/remoting-command.ts'
import { RequestCode } from '../../../codec/request-code.ts'
import { RawClient } from '../../helpers/remoting.ts'
import { runToEnd, ServerProcess } from '../../helpers/server-process.ts'
import { makeTempDirectory } from '../../helpers/temp-directory.ts'

describe('mqnamesrv', () => {
  const directory = makeTempDirectory()
  const home = directory.path
  const running: ServerProcess[] = []

  afterEach(async () => {
    for (const server of running.splice(0)) await server.stop('SIGKILL')
  })
  after(() => directory.remove())

  function writeConfig(...lines: string[]): string {
    const file = join(home, 'namesrv.conf')
    writeFileSync(file, ['bindAddress=127.0.0.1', 'listenPort=0', ...lines, ''].join('\n'))
    return file
  }

  async function start(...lines: string[]) {
    const server = new ServerProcess('mqnamesrv', ['-c', writeConfig(...lines)], home)
    running.push(server)
    const [, port] = await server.printed(/boot success.* address 127\.0\.0\.1:(\d+)\n/)
    return { server, port: Number(port) }
  }

  it('serves until SIGTERM, then closes its connections and ends with 0', async () => {
    const { server, port } = await start()
    const client = await RawClient.connect(port)
    const request = RemotingCommand.request(RequestCode.GET_BROKER_CLUSTER_INFO)
    expect((await client.invoke(request)).code).to.equal(0)
    const { code, err } = await server.stop()
    expect(code).to.equal(0)
    await client.closed
    const lines = err.trim().split('\n')
    const events = lines.map((line) => (JSON.parse(line) as { msg: string }).msg)
    expect(events).to.include.members(['remoting server listens', 'stopping', 'stopped'])
    expect(readdirSync(join(home, 'run'))).to.deep.equal([])
  })

  it('is stopped by mqshutdown', async () => {
    const { server } = await start()
    const shutdown = await runToEnd('mqshutdown', ['namesrv'], home)
    expect(shutdown.out).to.match(/^The mqnamesrv\(\d+\) is running\.\.\.\nSend shutdown request/)
    expect(shutdown.code).to.equal(0)
    expect((await server.ended).code).to.equal(0)
    const again = await runToEnd('mqshutdown', ['namesrv'], home)
    expect(again).to.deep.equal({ code: 1, out: 'No mqnamesrv running.\n', err: '' })
  })

  it('says in one line that its port is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const result = await runToEnd('mqnamesrv', ['-c', writeConfig(`listenPort=${port}`)], home)
    other.close()
    expect(result).to.deep.equal({
      code: 1,
      out: '',
      err: `mqnamesrv: cannot listen on 127.0.0.1:${port}: the address is in use\n`,
    })
  })

  it('says in one line which setting is wrong', async () => {
    const file = writeConfig('scanNotActiveBrokerInterval=often')
    expect(await runToEnd('mqnamesrv', ['-c', file], home)).to.deep.equal({
      code: 1,
      out: '',
      err:
        `mqnamesrv: ${file}: scanNotActiveBrokerInterval=often: ` +
        'allowed is a whole number from 1 to 9007199254740991\n',
    })
  })

  it('says in one line that its file cannot be read', async () => {
    const { code, err } = await runToEnd('mqnamesrv', ['-c', 'missing.conf'], home)
    expect(code).to.equal(1)
    expect(err).to.match(/^mqnamesrv: missing\.conf: cannot be read: ENOENT[^\n]*\n$/)
  })

  it('prints its settings, those of the environment before those of the file, and warns', async () => {
    const file = writeConfig(
      'orderMessageEnable=true',
      'productEnvName=file',
      'orderMesageEnable=1',
    )
    const environment = { ROCKETMQ_PRODUCT_ENV_NAME: 'environment' }
    const result = await runToEnd('mqnamesrv', ['-p', '-c', file], home, environment)
    expect(result.code).to.equal(0)
    const lines = result.out.split('\n')
    expect(lines).to.include.members([
      'orderMessageEnable=true',
      'productEnvName=environment',
      'listenPort=0',
    ])
    expect(result.err).to.equal(
      `mqnamesrv: warning: ${file}: orderMesageEnable: unknown key, kept without effect, ` +
        'did you mean orderMessageEnable?\n',
    )
  })

  it('checks its settings without serving', async () => {
    const result = await runToEnd('mqnamesrv', ['-t', '-c', writeConfig()], home)
    expect(result).to.deep.equal({ code: 0, out: 'mqnamesrv: the settings are good\n', err: '' })
  })

  for (const flag of ['--help', '-h', '--version']) {
    it(`answers ${flag}`, async () => {
      const { code, out } = await runToEnd('mqnamesrv', [flag], home)
      expect(code).to.equal(0)
      expect(out).to.match(flag === '--version' ? /^rocketmq-server \d+\.\d+/ : /--configFile FILE/)
    })
  }
})
