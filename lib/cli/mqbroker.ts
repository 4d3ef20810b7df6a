import { createBroker } from '../broker-startup.ts'
import { loadConfigs } from '../config/load.ts'
import { thisMachine } from '../config/machine.ts'
import { BROKER_STARTUP_DEFAULTS, BROKER_TABLES } from '../config/tables.ts'
import type { Flags } from '../terminal/flags.ts'
import { parseFlags } from '../terminal/flags.ts'
import type { CommandContext } from './run-command.ts'
import { printedOnRequest, runServer, SERVER_FLAGS } from './server-command.ts'
import { flagLayer, settingLayers } from './settings.ts'

const USAGE = `Usage: mqbroker [-n HOST:PORT[;HOST:PORT]] [-c broker.conf]
Starts a broker.`
const FLAGS = {
  ...SERVER_FLAGS,
  namesrvAddr: { short: 'n', value: 'ADDR', text: 'NameServers to register with, joined by ;' },
} as const satisfies Flags

/** Apache: broker.BrokerStartup */
export async function mqbroker(context: CommandContext): Promise<number> {
  const values = parseFlags(FLAGS, context.args)
  const printed = printedOnRequest(values, USAGE, FLAGS)
  if (printed !== undefined) {
    context.terminal.out(printed)
    return 0
  }
  const machine = thisMachine(context.environment)
  const file = values.configFile
  const flags = flagLayer([['namesrvAddr', '--namesrvAddr', values.namesrvAddr]])
  const layers = settingLayers(BROKER_TABLES, file, context.environment, flags)
  const defaults = { source: 'default', entries: BROKER_STARTUP_DEFAULTS }
  const settings = loadConfigs(BROKER_TABLES, [defaults, ...layers], machine)
  const { brokerName, namesrvAddr = 'none' } = settings.configs.broker
  return runServer(
    {
      name: 'mqbroker',
      settings,
      create: (runtime) => createBroker(settings, file, runtime),
      greet: ({ address }) =>
        `The broker[${brokerName}, ${address.toString()}] boot success. ` +
        `serializeType=JSON and name server is ${namesrvAddr}`,
    },
    values,
    machine,
    context,
  )
}
