import { expect } from 'chai'
import { formatSettings } from '../../../lib/cli/settings.ts'
import { loadConfigs } from '../../../lib/config/load.ts'
import { BROKER_TABLES } from '../../../lib/config/tables.ts'

const MACHINE = { home: '/home', hostName: 'host', processors: 1, environment: {} }

describe('formatSettings', () => {
  const entries = new Map([
    ['initAuthenticationUser', '{"username":"admin","password":"admin-secret"}'],
    ['tls.server.keyPassword', 'key-secret'],
    ['metricsGrpcExporterHeader', 'authorization:token-secret'],
    ['initAuthenticationUsr', 'misspelt-secret'],
    ['brokerName', 'a'],
  ])
  const loaded = loadConfigs(BROKER_TABLES, [{ source: 'broker.conf', entries }], MACHINE)

  it('tells that a secret is set, not which', () => {
    const text = formatSettings(loaded, false)
    expect(text.split('\n')).to.include.members([
      'initAuthenticationUser=******',
      'tls.server.keyPassword=******',
      'metricsGrpcExporterHeader=******',
      'tls.client.keyPassword=',
      'brokerName=a',
    ])
    expect(text).not.to.contain('-secret')
    expect(loaded.warnings.join()).to.contain('initAuthenticationUsr').and.not.to.contain('-secret')
  })
})
