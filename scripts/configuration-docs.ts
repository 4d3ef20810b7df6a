import { environmentName } from '../lib/config/environment.ts'
import { defaultOf } from '../lib/config/load.ts'
import type { Machine, Option, OptionTable } from '../lib/config/option.ts'
import { INT_MAX } from '../lib/config/option.ts'
import {
  BROKER_TABLES,
  NAMESRV_TABLES,
  STANDALONE_DEFAULTS,
  STANDALONE_TABLES,
} from '../lib/config/tables.ts'

interface Section {
  readonly title: string
  readonly about: string
  readonly table: OptionTable
}

const SECTIONS: readonly Section[] = [
  {
    title: 'BrokerConfig',
    about: 'The broker (`broker.conf`).',
    table: BROKER_TABLES.broker,
  },
  {
    title: 'MessageStoreConfig',
    about: 'Its store (`broker.conf`).',
    table: BROKER_TABLES.store,
  },
  {
    title: 'NettyServerConfig',
    about: 'The listening side (`broker.conf`, `namesrv.conf`).',
    table: BROKER_TABLES.server,
  },
  {
    title: 'NettyClientConfig',
    about: 'The connecting side (`broker.conf`, `namesrv.conf`).',
    table: BROKER_TABLES.client,
  },
  {
    title: 'NamesrvConfig',
    about: 'The NameServer (`namesrv.conf`).',
    table: NAMESRV_TABLES.namesrv,
  },
  {
    title: 'rocketmq-server start',
    about: `NameServer and broker in one process. Its file may hold all of the above and this. Other defaults: ${renderStandaloneDefaults()}.`,
    table: STANDALONE_TABLES.standalone,
  },
  {
    title: 'AuthConfig',
    about: 'Authentication and authorization (`broker.conf`).',
    table: BROKER_TABLES.auth,
  },
  {
    title: 'TLS',
    about:
      'Of broker and NameServer. In Apache these are system properties of Java (`-Dtls.server.mode=...`); here they stand in the configuration file, or in the environment (`ROCKETMQ_TLS_SERVER_MODE`).',
    table: BROKER_TABLES.tls,
  },
  {
    title: 'Limits',
    about:
      'What connections may cost a broker or a NameServer; see also `serverChannelMaxIdleTimeSeconds`. All but the first are our own and change at run time, for the connections that there are, too; so do `serverChannelMaxIdleTimeSeconds`, `writeBufferHighWaterMark` and `writeBufferLowWaterMark`. How they hold: [security.md](security.md#hostile-peers).',
    table: BROKER_TABLES.limits,
  },
  {
    title: 'Monitoring',
    about:
      "Of broker and NameServer. Our own; see also the broker's `metrics...` keys of BrokerConfig.",
    table: BROKER_TABLES.monitor,
  },
  {
    title: 'Replication',
    about:
      'Of the broker. Our own; see also the `ha...` keys of MessageStoreConfig, and [ha.md](ha.md).',
    table: BROKER_TABLES.replication,
  },
  {
    title: 'Lite topics',
    about: 'Of the broker. These keys are new in Apache 5.5.0.',
    table: BROKER_TABLES.lite,
  },
  {
    title: 'Keys of 5.5.0',
    about: 'Of the broker. What else is new in Apache 5.5.0.',
    table: BROKER_TABLES.newer,
  },
]

/** A machine whose facts read like what they stand for. */
const MACHINE: Machine = {
  home: '~',
  hostName: '(host name)',
  processors: 4,
  environment: { ROCKETMQ_HOME: '$ROCKETMQ_HOME', NAMESRV_ADDR: '$NAMESRV_ADDR' },
}

const INTRODUCTION = `<!-- Written by scripts/write-configuration-docs.ts out of lib/config: change it there. -->
# Configuration

Keys, types and defaults are those of Apache RocketMQ 5.3.3, and its \`.properties\` files are read as they are. A value is taken
from the first of these that has one:

1. a flag of the command line,
2. the environment: \`ROCKETMQ_\` and the key in capitals, as \`${environmentName('flushDiskType')}\` for \`flushDiskType\`,
3. the file given with \`-c\`,
4. the default. \`NAMESRV_ADDR\` and \`ROCKETMQ_HOME\` are, as with Apache, the defaults of \`namesrvAddr\` and \`rocketmqHome\`.

A value that is not allowed stops the start with one line that names place, key, value and what is allowed. An unknown key is
warned of, kept, and returned by \`getBrokerConfig\`. A change at run time (\`mqadmin updateBrokerConfig\`) is checked in the same way
and written, with all other settings, to the file given with \`-c\` (without one: \`config/broker.properties\` in the store).
It counts from the next request, or the next round of what comes round; addresses, paths, file sizes, capacities of queues, metrics and TLS, and
intervals that Apache too reads once, count from the next start.

Two sections per class: options that this server acts on, and options that it accepts, keeps and returns, which have no effect here
yet. Defaults that depend on the machine are shown in parentheses, for 4 processors.
`

/** docs/configuration.md */
export function renderConfigurationDocs(): string {
  return [INTRODUCTION, ...SECTIONS.map(renderSection)].join('\n')
}

function renderSection({ title, about, table }: Section): string {
  const options = Object.entries(table)
  const active = options.filter(([, option]) => option.status === 'active')
  const accepted = options.filter(([, option]) => option.status === 'accepted')
  const activeRows = active.map(
    ([key, option]) =>
      `| ${key} | ${option.type} | ${renderDefault(option)} | ${renderAllowed(option)} | ${option.text} |`,
  )
  const acceptedItems = accepted.map(([key, option]) => `${key} (${renderDefault(option)})`)
  return [
    `## ${title}`,
    '',
    about,
    '',
    ...(activeRows.length > 0
      ? ['| Key | Type | Default | Allowed | Meaning |', '|---|---|---|---|---|', ...activeRows, '']
      : []),
    ...(acceptedItems.length > 0
      ? [`Accepted, without effect yet: ${acceptedItems.join(', ')}.`, '']
      : []),
  ].join('\n')
}

function renderStandaloneDefaults(): string {
  return Array.from(STANDALONE_DEFAULTS, ([key, value]) => `\`${key}=${value}\``).join(', ')
}

function renderDefault(option: Option): string {
  const value = defaultOf(option, MACHINE)
  const text = value === undefined ? 'not set' : value === '' ? 'empty' : `\`${value}\``
  return typeof option.default === 'function' && option.type === 'int' ? `(${text})` : text
}

function renderAllowed(option: Option): string {
  if (option.supported !== undefined) {
    const listed = option.supported.filter((each) => each !== undefined)
    return listed.map((value) => `\`${value}\``).join(', ') + ' so far'
  }
  switch (option.type) {
    case 'enum':
      return (option.values ?? []).map((value) => `\`${value}\``).join(', ')
    case 'int':
    case 'long':
      return renderRange(option)
    case 'boolean':
    case 'double':
    case 'string':
      return ''
  }
}

function renderRange({ min = -INT_MAX, max = INT_MAX }: Option): string {
  if (max < INT_MAX) return `${min} to ${max}`
  return min > -INT_MAX ? `from ${min}` : ''
}
