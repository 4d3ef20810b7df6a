import fs from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { NodeFileSystem } from '../../lib/common/file-system.ts'
import { environmentLayer } from '../../lib/config/environment.ts'
import { loadConfigs } from '../../lib/config/load.ts'
import { NAMESRV_TABLES } from '../../lib/config/tables.ts'
import { createTls } from '../../lib/tls-startup.ts'
import { SILENT_LOGGER } from '../../lib/common/logger.ts'
import { SimClock } from '../helpers/sim-clock.ts'
import { makeTempDirectory } from '../helpers/temp-directory.ts'

const MACHINE = { home: '/home/me', hostName: 'box', processors: 2, environment: {} }

describe('createTls', () => {
  const directory = makeTempDirectory()
  after(() => directory.remove())

  function create(entries: Record<string, string>, file?: string) {
    const path = join(directory.path, 'tls.properties')
    fs.rmSync(path, { force: true })
    if (file !== undefined) fs.writeFileSync(path, file)
    const layer = { source: 'namesrv.conf', entries: new Map(Object.entries(entries)) }
    const place = { source: 'test', entries: new Map([['tls.config.file', path]]) }
    const { configs } = loadConfigs(NAMESRV_TABLES, [place, layer], MACHINE)
    const runtime = {
      clock: new SimClock(),
      fileSystem: new NodeFileSystem(),
      logger: SILENT_LOGGER,
    }
    return createTls(configs.tls, configs.client.useTLS, runtime)
  }

  it('takes both kinds of connections and connects without TLS by default', () => {
    const { server, client } = create({})
    expect(server.mode).to.equal('permissive')
    expect(client).to.equal(undefined)
  })

  for (const [settings, isSecure] of [
    [{ 'tls.enable': 'true' }, true],
    [{ useTLS: 'true' }, true],
    [{ 'tls.server.mode': 'enforcing' }, true],
    [{ 'tls.server.mode': 'enforcing', 'tls.enable': 'false' }, false],
  ] as [Record<string, string>, boolean][]) {
    it(`connects ${isSecure ? 'by' : 'without'} TLS with ${JSON.stringify(settings)}`, () => {
      expect(create(settings).client !== undefined).to.equal(isSecure)
    })
  }

  it('lets the file of TLS settings count more than the others', () => {
    const file = 'tls.test.mode.enable=false\ntls.server.mode=disabled\n'
    const settings = { 'tls.server.mode': 'enforcing', 'tls.test.mode.enable': 'true' }
    expect(() => create(settings, file)).to.throw(
      'tls.server.mode=enforcing: tls.server.keyPath and tls.server.certPath must be set',
    )
  })

  it('refuses a value in that file by its key', () => {
    expect(() => create({}, 'tls.server.authClient=perhaps\n')).to.throw(
      /tls\.properties: tls\.server\.authClient=perhaps: allowed are true, false$/,
    )
  })

  it('is set by the environment', () => {
    const layer = environmentLayer(NAMESRV_TABLES, { ROCKETMQ_TLS_SERVER_MODE: 'disabled' })
    expect([...layer.entries]).to.deep.equal([['tls.server.mode', 'disabled']])
  })
})
