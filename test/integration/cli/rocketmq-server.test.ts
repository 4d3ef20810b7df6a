import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { sendMessage } from '../../helpers/send-message.ts'
import { runToEnd, ServerProcess } from '../../helpers/server-process.ts'
import { makeTempDirectory } from '../../helpers/temp-directory.ts'

const FREE_PORTS = ['--namesrv-port', '0', '--port', '0', '--host', '127.0.0.1']

describe('rocketmq-server', () => {
  const directory = makeTempDirectory()
  const home = directory.path
  const running: ServerProcess[] = []

  afterEach(async () => {
    for (const server of running.splice(0)) await server.stop('SIGKILL')
  })
  after(() => directory.remove())

  const startOn = (store: string) => [
    'start',
    ...FREE_PORTS,
    '--store',
    store,
    '--logLevel',
    'error',
  ]

  async function start(...flags: string[]) {
    const server = new ServerProcess('rocketmq-server', ['start', ...FREE_PORTS, ...flags], home)
    running.push(server)
    const [, namesrvAddr, brokerAddr] = await server.printed(
      /NameServer +(\S+) .*\n +Broker +(\S+)\n[^]*Stop with/,
    )
    return { server, namesrvAddr: namesrvAddr as string, brokerAddr: brokerAddr as string }
  }

  const claims = (store: string) =>
    readdirSync(join(home, store)).filter((name) => name.startsWith('lock'))

  it('says where to connect, takes messages and stops at SIGINT', async () => {
    const { server, brokerAddr } = await start('--store', 'store')
    expect((await sendMessage(brokerAddr, 'Fresh')).code).to.equal(0)
    expect(existsSync(join(home, 'store', 'commitlog', '00000000000000000000'))).to.equal(true)
    expect((await server.stop('SIGINT')).code).to.equal(0)
    expect(existsSync(join(home, 'store', 'abort'))).to.equal(false)
    expect(claims('store')).to.deep.equal([])
  })

  it('stores under data when it is not told where', async () => {
    const { server } = await start()
    expect(claims('data')).to.have.length(1)
    expect(claims('data')[0]).to.match(new RegExp(`^lock\\.${server.child.pid}\\b`))
  })

  it('does not register with the name servers of the shell that starts it', async () => {
    const environment = { NAMESRV_ADDR: '127.0.0.1:1' }
    const { out } = await runToEnd('rocketmq-server', ['start', '-p'], home, environment)
    expect(out).to.match(/^namesrvAddr=$/m)
  })

  it('takes over the store of a process that was killed', async () => {
    const { server } = await start('--store', 'killed')
    await server.stop('SIGKILL')
    const again = await start('--store', 'killed')
    expect(claims('killed')).to.have.length(1)
    expect((await sendMessage(again.brokerAddr, 'Fresh')).code).to.equal(0)
  })

  it('does not share a store with one that is started in the same instant', async () => {
    const servers = [1, 2].map(() => {
      const server = new ServerProcess('rocketmq-server', startOn('same'), home)
      running.push(server)
      return server
    })
    const pids = servers.map(({ child }) => child.pid)
    const loser = await Promise.race(servers.map(({ ended }) => ended))
    expect(loser.code).to.equal(1)
    expect(loser.err).to.match(/^rocketmq-server: the store same is in use by the process \d+\n$/)
    expect(pids).to.include(Number(/\d+/.exec(loser.err)?.[0]))
  })

  it('says in one line that its store is in use', async () => {
    const { server } = await start('--store', 'used')
    expect(await runToEnd('rocketmq-server', startOn('used'), home)).to.deep.equal({
      code: 1,
      out: '',
      err: `rocketmq-server: the store used is in use by the process ${server.child.pid}\n`,
    })
  })

  it('says in one line that its store is not a directory', async () => {
    writeFileSync(join(home, 'file'), '')
    const { code, out, err } = await runToEnd('rocketmq-server', startOn('file'), home)
    expect({ code, out }).to.deep.equal({ code: 1, out: '' })
    expect(err).to.match(/^rocketmq-server: the store file cannot be used: E[A-Z]+: [^\n]+\n$/)
  })

  const wrong: [args: string[], err: string][] = [
    [
      ['start', '--port', '70000'],
      'rocketmq-server: command line: --port=70000: allowed is a whole number from 0 to 65535\n',
    ],
    [['start', '--prot', '1'], "rocketmq-server: Unknown option '--prot'\n"],
    [[], 'rocketmq-server: start or store is missing; rocketmq-server -h shows both\n'],
  ]
  for (const [args, err] of wrong) {
    it(`refuses "${args.join(' ')}" in one line`, async () => {
      const result = await runToEnd('rocketmq-server', args, home)
      expect(result).to.deep.equal({ code: 1, out: '', err })
    })
  }

  it('lets a flag go before the environment, and that before the file', async () => {
    writeFileSync(join(home, 'a.conf'), 'listenPort=1\nnamesrvPort=1\nbrokerName=file\n')
    const environment = { ROCKETMQ_NAMESRV_PORT: '2', ROCKETMQ_LISTEN_PORT: '2' }
    const args = ['start', '-p', '-c', 'a.conf', '--port', '3']
    const { out } = await runToEnd('rocketmq-server', args, home, environment)
    const lines = out.split('\n')
    expect(lines).to.include.members(['listenPort=3', 'namesrvPort=2', 'brokerName=file'])
    expect(lines).to.include.members(['autoCreateTopicEnable=true', 'enablePropertyFilter=true'])
  })
})

describe('mqbroker', () => {
  const directory = makeTempDirectory()
  after(() => directory.remove())

  it('runs without a name server, and prints important settings', async () => {
    const home = directory.path
    writeFileSync(
      join(home, 'broker.conf'),
      ['bindAddress=127.0.0.1', 'listenPort=0', `storePathRootDir=${home}/store`].join('\n'),
    )
    const printed = await runToEnd('mqbroker', ['-m', '-c', 'broker.conf', '-n', 'a:1;b:2'], home)
    expect(printed.out.split('\n')).to.include.members(['namesrvAddr=a:1;b:2', 'listenPort=0'])
    expect(printed.out).not.to.match(/^sendMessageThreadPoolNums=/m)
    const server = new ServerProcess('mqbroker', ['-c', 'broker.conf'], home)
    const pattern = /^The broker\[(\S+), (127\.0\.0\.1:\d+)\] boot success/
    const [, , brokerAddr] = await server.printed(pattern)
    expect((await sendMessage(brokerAddr as string, 'Fresh')).code).to.equal(0)
    expect((await runToEnd('mqshutdown', ['broker'], home)).code).to.equal(0)
    expect((await server.ended).code).to.equal(0)
  })
})
