import fs from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { runToEnd, ServerProcess } from '../../helpers/server-process.ts'
import { makeTempDirectory } from '../../helpers/temp-directory.ts'
import { until } from '../../helpers/until.ts'

describe('logs of a server process', () => {
  let directory: ReturnType<typeof makeTempDirectory>
  let home: string
  let config: string

  beforeEach(() => {
    directory = makeTempDirectory()
    home = directory.path
    config = join(home, 'namesrv.conf')
    fs.writeFileSync(config, 'bindAddress=127.0.0.1\nlistenPort=0\n')
  })
  afterEach(() => {
    for (const name of fs.existsSync(join(home, 'run')) ? fs.readdirSync(join(home, 'run')) : []) {
      process.kill(Number(/\d+/.exec(name)?.[0]), 'SIGKILL')
    }
    directory.remove()
  })

  function events(...names: string[]): string[] {
    const lines = fs
      .readFileSync(join(home, ...names), 'utf8')
      .trimEnd()
      .split('\n')
    return lines.map((line) => (JSON.parse(line) as { msg: string }).msg)
  }

  it('go to a file in --logDir, opened anew on SIGHUP', async () => {
    const server = new ServerProcess('mqnamesrv', ['-c', config, '--logDir', 'logs'], home)
    await server.printed(/boot success/)
    fs.renameSync(join(home, 'logs', 'namesrv.log'), join(home, 'logs', 'moved.log'))
    server.child.kill('SIGHUP')
    await until(() => fs.existsSync(join(home, 'logs', 'namesrv.log')))
    const { code, err } = await server.stop()
    expect({ code, err }).to.deep.equal({ code: 0, err: '' })
    expect(events('logs', 'moved.log')).to.include('remoting server listens')
    expect(events('logs', 'namesrv.log')).to.include.members(['stopping', 'stopped'])
  })

  it('stop the start in one line when their directory cannot be used', async () => {
    fs.writeFileSync(join(home, 'file'), '')
    const args = ['-c', config, '--logDir', 'file']
    expect(await runToEnd('mqnamesrv', args, home)).to.deep.equal({
      code: 1,
      out: '',
      err: `mqnamesrv: cannot write the log file ${join(home, 'file', 'namesrv.log')}: EEXIST\n`,
    })
  })

  it('of one in the background are in ~/logs/rocketmqlogs, and mqshutdown stops it', async () => {
    const { code, out, err } = await runToEnd('mqnamesrv', ['--daemon', '-c', config], home)
    expect({ code, err }).to.deep.equal({ code: 0, err: '' })
    const logs = join(home, 'logs', 'rocketmqlogs')
    const [pidFile] = fs.readdirSync(join(home, 'run'))
    const pid = /^mqnamesrv-(\d+)\.pid$/.exec(pidFile ?? '')?.[1]
    expect(out).to.equal(`The mqnamesrv(${pid}) is running, its log is in ${logs}\n`)
    expect((await runToEnd('mqshutdown', ['namesrv'], home)).code).to.equal(0)
    await until(() => fs.readdirSync(join(home, 'run')).length === 0)
    await until(() => events('logs', 'rocketmqlogs', 'namesrv.log').includes('stopped'))
    expect(fs.readFileSync(join(logs, 'namesrv.out'), 'utf8')).to.match(/^The Name Server boot/)
  })

  it('are not needed to learn why one in the background does not start', async () => {
    fs.writeFileSync(config, 'bindAddress=192.0.2.1\nlistenPort=0\n')
    const args = ['-c', config, '--daemon', '--logDir', 'logs']
    const { code, out, err } = await runToEnd('mqnamesrv', args, home)
    expect({ code, out }).to.deep.equal({ code: 1, out: '' })
    expect(err).to.match(/^mqnamesrv: cannot listen on 192\.0\.2\.1:0: .*\n$/)
  })
})
