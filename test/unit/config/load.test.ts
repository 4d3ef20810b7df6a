import { expect } from 'chai'
import { environmentLayer, environmentName } from '../../../lib/config/environment.ts'
import { ConfigError } from '../../../lib/config/errors.ts'
import type { Layer } from '../../../lib/config/load.ts'
import { loadConfigs } from '../../../lib/config/load.ts'
import { BROKER_TABLES } from '../../../lib/config/tables.ts'

const MACHINE = { home: '/home/me', hostName: 'box', processors: 2, environment: {} }

function layer(source: string, entries: Record<string, string>): Layer {
  return { source, entries: new Map(Object.entries(entries)) }
}

function load(...layers: Layer[]) {
  return loadConfigs(BROKER_TABLES, layers, MACHINE)
}

function loadFile(entries: Record<string, string>) {
  return load(layer('broker.conf', entries))
}

describe('loading configurations', () => {
  it('uses the defaults when nothing is set', () => {
    const { configs, unknown, warnings } = load()
    expect(configs.broker.brokerName).to.equal('box')
    expect(configs.store.storePathRootDir).to.equal('/home/me/store')
    expect(configs.store.flushDiskType).to.equal('ASYNC_FLUSH')
    expect(configs.broker.brokerIP1).to.equal(undefined)
    expect(unknown.size).to.equal(0)
    expect(warnings).to.deep.equal([])
  })

  it('lets a stronger layer replace a weaker one, key by key', () => {
    const { configs } = load(
      layer('default', { listenPort: '1', brokerName: 'a', brokerClusterName: 'a', regionId: 'a' }),
      layer('broker.conf', { brokerName: 'b', brokerClusterName: 'b', regionId: 'b' }),
      layer('environment', { brokerClusterName: 'c', regionId: 'c' }),
      layer('command line', { regionId: 'd' }),
    )
    expect(configs.server.listenPort).to.equal(1)
    expect(configs.broker.brokerName).to.equal('b')
    expect(configs.broker.brokerClusterName).to.equal('c')
    expect(configs.broker.regionId).to.equal('d')
  })

  it('sets a key in every class that has it', () => {
    const { configs } = loadFile({ listenPort: '12345' })
    expect([configs.server.listenPort, configs.broker.listenPort]).to.deep.equal([12345, 12345])
  })

  it('reads each type, blanks around the value left out', () => {
    const { configs } = loadFile({
      listenPort: ' 10921 ',
      brokerId: '+1',
      enablePropertyFilter: 'TRUE ',
      flushDiskType: 'SYNC_FLUSH\t',
      logicalDiskSpaceCleanForciblyThreshold: '0.5',
      brokerName: ' broker-a ',
    })
    expect(configs.server.listenPort).to.equal(10921)
    expect(configs.broker.brokerId).to.equal(1)
    expect(configs.broker.enablePropertyFilter).to.equal(true)
    expect(configs.store.flushDiskType).to.equal('SYNC_FLUSH')
    expect(configs.store.logicalDiskSpaceCleanForciblyThreshold).to.equal(0.5)
    expect(configs.broker.brokerName).to.equal('broker-a')
  })

  const refused: [entry: [string, string], line: string][] = [
    [
      ['flushDiskType', 'FOO'],
      'broker.conf: flushDiskType=FOO: allowed are ASYNC_FLUSH, SYNC_FLUSH',
    ],
    [
      ['listenPort', '65536'],
      'broker.conf: listenPort=65536: allowed is a whole number from 0 to 65535',
    ],
    [
      ['listenPort', '10911x'],
      'broker.conf: listenPort=10911x: allowed is a whole number from 0 to 65535',
    ],
    [
      ['redeleteHangedFileInterval', '2147483648'],
      'broker.conf: redeleteHangedFileInterval=2147483648: ' +
        'allowed is a whole number from -2147483648 to 2147483647',
    ],
    [['longPollingEnable', 'yes'], 'broker.conf: longPollingEnable=yes: allowed are true, false'],
    [
      ['logicalDiskSpaceCleanForciblyThreshold', 'x'],
      'broker.conf: logicalDiskSpaceCleanForciblyThreshold=x: allowed is a number',
    ],
    [
      ['migrateAuthFromV1Enabled', 'true'],
      'broker.conf: migrateAuthFromV1Enabled=true: not supported here; possible is false',
    ],
    [
      ['enableDLegerCommitLog', 'true'],
      'broker.conf: enableDLegerCommitLog=true: not supported here; possible is false',
    ],
    [
      ['messageStorePlugIn', 'org.apache.rocketmq.tieredstore.TieredMessageStore'],
      'messageStorePlugIn=org.apache.rocketmq.tieredstore.TieredMessageStore: not supported here; possible is an empty value',
    ],
    [
      ['fetchNamesrvAddrByAddressServer', 'true'],
      'fetchNamesrvAddrByAddressServer=true: not supported here; possible is false',
    ],
    [
      ['fetchNameSrvAddrByDnsLookup', 'true'],
      'fetchNameSrvAddrByDnsLookup=true: not supported here; possible is false',
    ],
  ]
  for (const [[key, value], line] of refused) {
    it(`refuses ${key}=${value} with one line that says what is allowed`, () => {
      expect(() => loadFile({ [key]: value })).to.throw(ConfigError, line)
    })
  }

  it('refuses a wrong value even when a stronger layer replaces it', () => {
    const layers = [layer('broker.conf', { listenPort: 'x' }), layer('flag', { listenPort: '1' })]
    expect(() => load(...layers)).to.throw(ConfigError, 'broker.conf: listenPort=x')
  })

  it('keeps an unknown key and names the nearest known one', () => {
    const { unknown, warnings } = loadFile({ flushDisktyp: 'SYNC_FLUSH' })
    expect([...unknown]).to.deep.equal([['flushDisktyp', 'SYNC_FLUSH']])
    expect(warnings).to.deep.equal([
      'broker.conf: flushDisktyp: unknown key, kept without effect, did you mean flushDiskType?',
    ])
  })

  it('names no known key when none is near', () => {
    expect(loadFile({ toString: '1' }).warnings).to.deep.equal([
      'broker.conf: toString: unknown key, kept without effect',
    ])
  })
})

describe('the environment', () => {
  it('names options in capitals', () => {
    expect(environmentName('flushDiskType')).to.equal('ROCKETMQ_FLUSH_DISK_TYPE')
    expect(environmentName('brokerIP1')).to.equal('ROCKETMQ_BROKER_IP1')
    expect(environmentName('checkCRCOnRecover')).to.equal('ROCKETMQ_CHECK_CRC_ON_RECOVER')
  })

  it('sets options, and is named in refusals by the variable', () => {
    const environment = { ROCKETMQ_BROKER_NAME: 'broker-e', ROCKETMQ_LISTEN_PORT: 'x', PATH: '/' }
    const { ROCKETMQ_BROKER_NAME } = environment
    const good = load(environmentLayer(BROKER_TABLES, { ROCKETMQ_BROKER_NAME }))
    expect(good.configs.broker.brokerName).to.equal('broker-e')
    expect(() => load(environmentLayer(BROKER_TABLES, environment))).to.throw(
      ConfigError,
      'environment: ROCKETMQ_LISTEN_PORT=x: allowed is a whole number from 0 to 65535',
    )
  })
})
