import { expect } from 'chai'
import { SILENT_LOGGER } from '../../../lib/common/logger.ts'
import { componentHealth } from '../../../lib/monitor/health.ts'
import { MonitorServer } from '../../../lib/monitor/monitor-server.ts'

describe('MonitorServer', () => {
  let isReady: boolean
  let metrics: () => Promise<string>
  let server: MonitorServer
  const get = (path: string, init?: RequestInit) =>
    fetch(`http://127.0.0.1:${server.port}${path}`, init)

  beforeEach(async () => {
    isReady = true
    metrics = async () => 'one 1\n'
    server = new MonitorServer({
      host: '127.0.0.1',
      port: 0,
      health: {
        components: () => ({
          server: componentHealth(true),
          store: componentHealth(isReady, { bytes: 7 }),
        }),
      },
      metrics: () => metrics(),
      logger: SILENT_LOGGER,
    })
    await server.start()
  })
  afterEach(() => server.stop())

  it('is alive while the process answers, ready or not', async () => {
    isReady = false
    const response = await get('/livez')
    expect([response.status, await response.text()]).to.deep.equal([200, 'ok\n'])
  })

  it('tells the health of each component, with 200 when ready', async () => {
    for (const path of ['/readyz', '/healthz?verbose']) {
      const response = await get(path)
      expect([response.status, await response.json()]).to.deep.equal([
        200,
        {
          status: 'UP',
          components: { server: { status: 'UP' }, store: { status: 'UP', details: { bytes: 7 } } },
        },
      ])
    }
  })

  it('answers 503 when not ready', async () => {
    isReady = false
    const response = await get('/readyz')
    expect([response.status, (await response.json()) as object]).to.deep.equal([
      503,
      {
        status: 'DOWN',
        components: { server: { status: 'UP' }, store: { status: 'DOWN', details: { bytes: 7 } } },
      },
    ])
  })

  it('serves the metrics as Prometheus text', async () => {
    const response = await get('/metrics')
    expect(response.headers.get('content-type')).to.equal(
      'text/plain; version=0.0.4; charset=utf-8',
    )
    expect(await response.text()).to.equal('one 1\n')
  })

  it('answers 500 when a scrape fails, and goes on', async () => {
    metrics = () => Promise.reject(new Error('broken'))
    expect((await get('/metrics')).status).to.equal(500)
    metrics = async () => 'ok 1\n'
    expect((await get('/metrics')).status).to.equal(200)
  })

  it('refuses other paths and methods', async () => {
    expect((await get('/')).status).to.equal(404)
    expect((await get('/metrics', { method: 'POST' })).status).to.equal(405)
  })
})
