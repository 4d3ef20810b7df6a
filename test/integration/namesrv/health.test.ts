import { expect } from 'chai'
import { SystemClock } from '../../../lib/common/clock.ts'
import { NodeFileSystem } from '../../../lib/common/file-system.ts'
import { SILENT_LOGGER } from '../../../lib/common/logger.ts'
import { createNamesrv, type Namesrv } from '../../../lib/namesrv-startup.ts'
import { namesrvConfigs } from '../../helpers/namesrv.ts'

describe('health endpoint of a NameServer', () => {
  let namesrv: Namesrv

  async function start(entries: Record<string, string>): Promise<void> {
    const settings = namesrvConfigs({ bindAddress: '127.0.0.1', listenPort: '0', ...entries })
    const runtime = {
      clock: new SystemClock(),
      fileSystem: new NodeFileSystem(),
      logger: SILENT_LOGGER,
    }
    namesrv = createNamesrv(settings, undefined, runtime)
    await namesrv.start()
  }

  afterEach(() => namesrv.stop())

  it('says that the server is up, with or without brokers', async () => {
    await start({ healthEndpointPort: '0' })
    const response = await fetch(`http://127.0.0.1:${namesrv.healthPort}/readyz`)
    expect([response.status, await response.json()]).to.deep.equal([
      200,
      {
        status: 'UP',
        components: {
          server: { status: 'UP' },
          routes: { status: 'UP', details: { brokers: 0, topics: 0 } },
        },
      },
    ])
  })

  it('is not there unless it has a port', async () => {
    await start({})
    expect(namesrv.healthPort).to.equal(undefined)
  })
})
