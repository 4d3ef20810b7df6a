import { loadConfigs } from '../config/load.ts'
import { thisMachine } from '../config/machine.ts'
import { NAMESRV_STARTUP_DEFAULTS, NAMESRV_TABLES } from '../config/tables.ts'
import { createNamesrv } from '../namesrv-startup.ts'
import type { Flags } from '../terminal/flags.ts'
import { parseFlags } from '../terminal/flags.ts'
import type { CommandContext } from './run-command.ts'
import { printedOnRequest, runServer, SERVER_FLAGS } from './server-command.ts'
import { flagLayer, settingLayers } from './settings.ts'

const USAGE = 'Usage: mqnamesrv [-c namesrv.conf]\nStarts a NameServer.'
const FLAGS = {
  ...SERVER_FLAGS,
  namesrvAddr: { short: 'n', value: 'ADDR', text: 'taken for the sake of Apache, without effect' },
} as const satisfies Flags

/** Apache: namesrv.NamesrvStartup */
export async function mqnamesrv(context: CommandContext): Promise<number> {
  const values = parseFlags(FLAGS, context.args)
  const printed = printedOnRequest(values, USAGE, FLAGS)
  if (printed !== undefined) {
    context.terminal.out(printed)
    return 0
  }
  const machine = thisMachine(context.environment)
  const file = values.configFile
  const layers = settingLayers(NAMESRV_TABLES, file, context.environment, flagLayer([]))
  const defaults = { source: 'default', entries: NAMESRV_STARTUP_DEFAULTS }
  const settings = loadConfigs(NAMESRV_TABLES, [defaults, ...layers], machine)
  return runServer(
    {
      name: 'mqnamesrv',
      settings,
      create: (runtime) => createNamesrv(settings, file, runtime),
      greet: ({ address }) =>
        `The Name Server boot success. serializeType=JSON, address ${address.toString()}`,
    },
    values,
    machine,
    context,
  )
}
