import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { NodeFileSystem } from '../../../lib/common/file-system.ts'
import { Configuration } from '../../../lib/config/configuration.ts'
import { ConfigError } from '../../../lib/config/errors.ts'
import { loadConfigs } from '../../../lib/config/load.ts'
import { parseProperties } from '../../../lib/config/properties.ts'
import { BROKER_TABLES } from '../../../lib/config/tables.ts'
import { SimClock } from '../../helpers/sim-clock.ts'
import { makeTempDirectory } from '../../helpers/temp-directory.ts'

const MACHINE = { home: '/home/me', hostName: 'box', processors: 2, environment: {} }

describe('Configuration', () => {
  const directory = makeTempDirectory()
  after(() => directory.remove())

  function create(
    name: string,
    entries: Record<string, string> = {},
    workedOut: Record<string, string> = {},
  ) {
    const layer = { source: 'broker.conf', entries: new Map(Object.entries(entries)) }
    const loaded = loadConfigs(BROKER_TABLES, [layer], MACHINE)
    const path = join(directory.path, name)
    const clock = new SimClock()
    const fileSystem = new NodeFileSystem()
    const configuration = new Configuration(loaded, {
      ...{ path, fileSystem, clock },
      workedOut: () => workedOut,
    })
    return { configuration, configs: loaded.configs, path, clock }
  }

  it('tells everything that is set, unknown keys included, sorted', () => {
    const { configuration } = create('tell.conf', { myOwnKey: '1', brokerName: 'broker-a' })
    const text = configuration.getAllConfigsFormatString()
    const entries = parseProperties(text)
    expect(entries.get('brokerName')).to.equal('broker-a')
    expect(entries.get('myOwnKey')).to.equal('1')
    expect(entries.get('flushDiskType')).to.equal('ASYNC_FLUSH')
    expect(entries.has('brokerIP1')).to.equal(false)
    expect([...entries.keys()]).to.deep.equal([...entries.keys()].sort())
  })

  it('tells what is worked out, and writes what is set', () => {
    const { configuration, path } = create('worked-out.conf', {}, { brokerIP2: '10.0.0.1' })
    const told = parseProperties(configuration.getAllConfigsFormatString())
    expect(told.get('brokerIP2')).to.equal('10.0.0.1')
    configuration.update(new Map([['brokerName', 'b']]))
    expect(parseProperties(readFileSync(path, 'utf8')).has('brokerIP2')).to.equal(false)
  })

  it('keeps system properties to itself, and in its file', () => {
    const given = { 'tls.server.mode': 'enforcing', 'tls.server.keyPassword': 'secret' }
    const { configuration, configs, path } = create('tls.conf', given)
    expect(configuration.getAllConfigsFormatString()).not.to.contain('tls.')
    const changes = { 'tls.server.mode': 'disabled', brokerName: 'b' }
    const ignored = configuration.update(new Map(Object.entries(changes)))
    expect(ignored).to.deep.equal(['tls.server.mode'])
    expect(configs.tls['tls.server.mode']).to.equal('enforcing')
    const written = parseProperties(readFileSync(path, 'latin1'))
    expect(written.get('tls.server.mode')).to.equal('enforcing')
    expect(written.get('tls.server.keyPassword')).to.equal('secret')
    expect(written.has('tls.enable')).to.equal(false)
  })

  it('lets only the owner read its file where it holds a secret', () => {
    for (const [name, given, mode] of [
      ['open.conf', { 'tls.server.mode': 'enforcing' }, 0o644],
      ['secret.conf', { initAuthenticationUser: '{}' }, 0o600],
    ] as const) {
      const { configuration, path } = create(name, given)
      writeFileSync(path, '')
      chmodSync(path, 0o644)
      configuration.update(new Map([['brokerName', 'b']]))
      expect(statSync(path).mode & 0o777 & ~process.umask(), name).to.equal(mode)
    }
  })

  it('lets only the owner read it after a secret was set at run time, in later updates too', () => {
    const { configuration, path } = create('later.conf')
    for (const [key, value] of [
      ['metricsGrpcExporterHeader', 'authorization:token'],
      ['brokerName', 'b'],
    ] as const) {
      configuration.update(new Map([[key, value]]))
      expect(statSync(path).mode & 0o777, key).to.equal(0o600)
    }
  })

  it('changes the objects that components hold, and the file', () => {
    const { configuration, configs, path, clock } = create('update.conf', { myOwnKey: '1' })
    const { broker } = configs
    clock.advance(5)
    const changes = { brokerPermission: ' 4', myOwnKey: '2', noSuchKey: '3' }
    const ignored = configuration.update(new Map(Object.entries(changes)))
    expect(broker.brokerPermission).to.equal(4)
    expect(ignored).to.deep.equal(['noSuchKey'])
    const entries = parseProperties(readFileSync(path, 'latin1'))
    expect(entries.get('brokerPermission')).to.equal('4')
    expect(entries.get('myOwnKey')).to.equal('2')
    expect(entries.has('noSuchKey')).to.equal(false)
    expect(readFileSync(path, 'latin1')).to.equal(configuration.getAllConfigsFormatString())
    expect(configuration.dataVersion).to.deep.equal({
      stateVersion: 0,
      timestamp: clock.now(),
      counter: 1,
    })
  })

  it('tells whole numbers of the type double as Java does', () => {
    const { configuration } = create('double.conf', { timerRocksDBRollMaxTps: '7' })
    const told = configuration.getAllConfigsFormatString()
    expect(told).to.match(/^timerRocksDBRollMaxTps=7\.0$/m)
    expect(told).to.match(/^logicalDiskSpaceCleanForciblyThreshold=0\.8$/m)
  })

  it('changes nothing when one of the values is not allowed', () => {
    const { configuration, configs, path } = create('refused.conf')
    const changes = new Map([
      ['brokerPermission', '4'],
      ['flushDiskType', 'FOO'],
    ])
    expect(() => configuration.update(changes)).to.throw(
      ConfigError,
      'update: flushDiskType=FOO: allowed are ASYNC_FLUSH, SYNC_FLUSH',
    )
    expect(configs.broker.brokerPermission).to.equal(6)
    expect(existsSync(path)).to.equal(false)
  })
})
