import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { KillLoad } from '../../helpers/kill-load.ts'
import { Random } from '../../helpers/random.ts'
import { ServerProcess } from '../../helpers/server-process.ts'
import { makeTempDirectory } from '../../helpers/temp-directory.ts'
import { until } from '../../helpers/until.ts'

const ROUNDS = Number(process.env.KILL_ROUNDS ?? 5)
const SEED = Number(process.env.KILL_SEED ?? 1)
const SENDERS = 6
const ACKED_MAX = 500

describe('a broker that is killed under load', () => {
  const directory = makeTempDirectory()
  let server: ServerProcess | undefined

  afterEach(async () => {
    await server?.stop('SIGKILL')
    directory.remove()
  })

  async function start(): Promise<number> {
    const ports = ['--namesrv-port', '0', '--port', '0', '--host', '127.0.0.1']
    const flags = [...ports, '--store', 'store', '-c', 'broker.conf']
    server = new ServerProcess('rocketmq-server', ['start', ...flags], directory.path)
    const [, port] = await server.printed(/Broker +\S+:(\d+)\n[^]*Stop with/)
    return Number(port)
  }

  it(`loses and repeats nothing that it acknowledged, ${ROUNDS} times`, async function () {
    this.timeout(30_000 + ROUNDS * 20_000)
    const config = ['mappedFileSizeCommitLog=1048576', 'mappedFileSizeConsumeQueue=20000']
    writeFileSync(join(directory.path, 'broker.conf'), config.join('\n'))
    const random = new Random(SEED)
    const load = new KillLoad(random)
    for (let round = 0; round < ROUNDS; round++) {
      const port = await start()
      await load.verify(port)
      const enough = load.ackedCount + 1 + random.below(ACKED_MAX)
      const clients = Array.from({ length: SENDERS }, () => load.sendUntilKilled(port))
      clients.push(load.pullUntilKilled(port))
      await until(() => load.ackedCount >= enough)
      await server?.stop('SIGKILL')
      await Promise.all(clients)
    }
    await load.verify(await start(), true)
  })
})
