import { resolve } from 'node:path'
import { thisMachine } from '../config/machine.ts'
import { STANDALONE_TABLES } from '../config/tables.ts'
import { loadStandaloneConfigs, Standalone } from '../standalone-startup.ts'
import type { Flags } from '../terminal/flags.ts'
import { parseFlags, UsageError } from '../terminal/flags.ts'
import type { CommandContext } from './run-command.ts'
import { printedOnRequest, runServer, SERVER_FLAGS } from './server-command.ts'
import { flagLayer, settingLayers } from './settings.ts'

const USAGE = `Usage: rocketmq-server start [flags]
Starts a NameServer and a broker in one process.
To look into a store: rocketmq-server store --help`
const FLAGS = {
  store: { value: 'DIR', text: 'directory of the store; data by default' },
  'namesrv-port': {
    value: 'PORT',
    text: "the NameServer's port, 0 for a free one; 9876 by default",
  },
  port: { value: 'PORT', text: "the broker's port, 0 for a free one; 10911 by default" },
  host: { value: 'ADDR', text: 'address to listen on; 0.0.0.0, every interface, by default' },
  ...SERVER_FLAGS,
} as const satisfies Flags

/** `rocketmq-server start`: all that a first client needs, without any settings; `rocketmq-server store`: tools. */
export async function rocketmqServer(context: CommandContext): Promise<number> {
  const { terminal } = context
  const [action, ...args] = context.args
  if (action === 'store') {
    // Loaded only here: a server needs none of the tools.
    const { storeCommand } = await import('./store/store-command.ts')
    return storeCommand({ ...context, args })
  }
  const isStart = action === 'start'
  const values = parseFlags(FLAGS, isStart ? args : context.args)
  const printed = printedOnRequest(values, USAGE, FLAGS)
  if (printed !== undefined) {
    terminal.out(printed)
    return 0
  }
  if (!isStart) throw new UsageError('start or store is missing; rocketmq-server -h shows both')
  const machine = thisMachine(context.environment)
  const file = values.configFile
  const flags = flagLayer([
    ['storePathRootDir', '--store', values.store],
    ['namesrvPort', '--namesrv-port', values['namesrv-port']],
    ['listenPort', '--port', values.port],
    ['bindAddress', '--host', values.host],
  ])
  const layers = settingLayers(STANDALONE_TABLES, file, context.environment, flags)
  const settings = loadStandaloneConfigs(layers, machine)
  return runServer(
    {
      name: 'rocketmq-server',
      settings,
      create: (runtime) => new Standalone(settings, file, runtime),
      greet: (server) => greet(server, settings.configs.store.storePathRootDir),
    },
    values,
    machine,
    context,
  )
}

function greet({ namesrvAddr, brokerAddr }: Standalone, store: string): string {
  return `RocketMQ is running.
  NameServer  ${namesrvAddr}   (clients connect here)
  Broker      ${brokerAddr}
  Store       ${resolve(store)}

A first message, in Java:
  DefaultMQProducer producer = new DefaultMQProducer("demo");
  producer.setNamesrvAddr("${namesrvAddr}");
  producer.start();
  producer.send(new Message("TopicTest", "hello".getBytes()));

Stop with Ctrl-C.`
}
