import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { environmentName } from '../../../lib/config/environment.ts'
import { defaultOf } from '../../../lib/config/load.ts'
import type { Machine, Option, OptionTable } from '../../../lib/config/option.ts'
import { BROKER_TABLES, NAMESRV_TABLES } from '../../../lib/config/tables.ts'

interface ApacheField {
  readonly type: string
  readonly default: string | null
  readonly values?: string[]
  readonly important?: boolean
}

const APACHE = JSON.parse(
  readFileSync('test/fixtures/config/apache-5.3.3-options.json', 'utf8'),
) as Record<string, Record<string, ApacheField>>

/** Set by Apache's own start-up code only, never by a file. */
const INTERNAL_FIELDS = ['isBrokerContainer', 'isInBrokerContainer']

const MACHINE: Machine = { home: '/home/broker', hostName: 'vm', processors: 2, environment: {} }

const TABLES: Record<string, OptionTable> = {
  BrokerConfig: BROKER_TABLES.broker,
  MessageStoreConfig: BROKER_TABLES.store,
  NettyServerConfig: BROKER_TABLES.server,
  NettyClientConfig: BROKER_TABLES.client,
  NamesrvConfig: NAMESRV_TABLES.namesrv,
  AuthConfig: BROKER_TABLES.auth,
}

function describeOption(option: Option): ApacheField {
  const value = defaultOf(option, MACHINE)
  return {
    type: option.type,
    default: value === undefined ? null : String(value),
    ...(option.values && { values: [...option.values] }),
    ...(option.important && { important: true }),
  }
}

describe('option tables', () => {
  for (const [javaClass, fields] of Object.entries(APACHE)) {
    it(`have the keys, types and defaults of Apache's ${javaClass}`, () => {
      const expected = Object.entries(fields)
        .filter(([name]) => !INTERNAL_FIELDS.includes(name))
        .map(([name, field]) => {
          const type = field.values === undefined ? field.type.toLowerCase() : 'enum'
          return [name, { ...field, type }]
        })
      const actual = Object.entries(TABLES[javaClass] ?? {}).map(([name, option]) => [
        name,
        describeOption(option),
      ])
      expect(Object.fromEntries(actual)).to.deep.equal(Object.fromEntries(expected))
    })
  }

  it('have what is new in Apache 5.5.0, with its defaults', () => {
    const newer = JSON.parse(
      readFileSync('test/fixtures/config/apache-5.5.0-new-options.json', 'utf8'),
    ) as Record<string, string>
    const options = Object.entries({ ...BROKER_TABLES.lite, ...BROKER_TABLES.newer })
    const entries = options.map(([key, option]): [string, string] => {
      const value = String(defaultOf(option, MACHINE))
      return [key, option.type === 'double' ? `${value}.0` : value]
    })
    expect(Object.fromEntries(entries)).to.deep.equal(newer)
  })

  it('follow the number of processors where Apache does', () => {
    const large = { ...MACHINE, processors: 64 }
    const { broker, client } = BROKER_TABLES
    expect(defaultOf(broker.sendMessageThreadPoolNums, large)).to.equal(4)
    expect(defaultOf(broker.pullMessageThreadPoolNums, large)).to.equal(144)
    expect(defaultOf(broker.queryMessageThreadPoolNums, large)).to.equal(72)
    expect(defaultOf(broker.heartbeatThreadPoolNums, large)).to.equal(32)
    expect(defaultOf(broker.endTransactionThreadPoolNums, large)).to.equal(136)
    expect(defaultOf(client.clientCallbackExecutorThreads, large)).to.equal(64)
  })

  it("take ROCKETMQ_HOME and NAMESRV_ADDR from the environment, as Apache's defaults do", () => {
    const machine = { ...MACHINE, environment: { ROCKETMQ_HOME: '/opt/mq', NAMESRV_ADDR: 'n:1' } }
    expect(defaultOf(BROKER_TABLES.broker.rocketmqHome, machine)).to.equal('/opt/mq')
    expect(defaultOf(BROKER_TABLES.broker.namesrvAddr, machine)).to.equal('n:1')
  })

  it('have a default that their own rules allow', () => {
    for (const table of Object.values(TABLES)) {
      for (const [key, option] of Object.entries(table)) {
        const value = defaultOf(option, MACHINE)
        if (typeof value === 'number') {
          expect(value, key).to.be.within(option.min ?? -Infinity, option.max ?? Infinity)
        }
        if (option.supported !== undefined) expect(option.supported, key).to.include(value)
      }
    }
  })

  it('give every key an environment variable of its own', () => {
    const keys = new Set(Object.values(TABLES).flatMap(Object.keys))
    expect(new Set([...keys].map(environmentName))).to.have.lengthOf(keys.size)
  })
})
