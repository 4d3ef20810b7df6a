import { SystemClock } from '../common/clock.ts'
import { NodeFileSystem } from '../common/file-system.ts'
import type { Runtime } from '../common/runtime.ts'
import type { Service } from '../common/service.ts'
import type { LoadedConfigs, OptionTables } from '../config/load.ts'
import type { Machine } from '../config/option.ts'
import { LOG_LEVELS } from '../logging-startup.ts'
import type { FlagValues } from '../terminal/flags.ts'
import { describeFlags } from '../terminal/flags.ts'
import type { Flags } from '../terminal/flags.ts'
import { startInBackground, tellStarted } from './background.ts'
import { pidDirectory } from './pid-file.ts'
import type { ServerName } from './pid-file.ts'
import type { CommandContext } from './run-command.ts'
import { serve } from './serve.ts'
import { defaultLogDirectory, openServerLogging } from './server-logging.ts'
import { formatSettings } from './settings.ts'
import { readVersion } from './version.ts'

/** Flags of every server, with Apache's names where Apache has them. */
export const SERVER_FLAGS = {
  configFile: { short: 'c', value: 'FILE', text: 'read settings from a .properties file' },
  printConfigItem: { short: 'p', text: 'print all settings and exit' },
  printImportantConfig: { short: 'm', text: 'print the important settings and exit' },
  testConfig: { short: 't', text: 'check the settings and exit' },
  logLevel: { value: 'LEVEL', text: `${LOG_LEVELS.join(', ')}; info by default` },
  logDir: { value: 'DIR', text: 'write the log to a file there, not to standard error' },
  daemon: { text: 'serve in the background; logs to ~/logs/rocketmqlogs by default' },
  version: { text: 'print the version and exit' },
  help: { short: 'h', text: 'print this and exit' },
} as const satisfies Flags
export type ServerFlagValues = FlagValues<typeof SERVER_FLAGS>

/** What makes a server command that server. */
export interface ServerCommand<T extends OptionTables, S extends Service> {
  readonly name: ServerName
  readonly settings: LoadedConfigs<T>
  readonly create: (runtime: Runtime) => S
  /** Lines for the terminal once the server runs. */
  readonly greet: (server: S) => string
}

/** What `--help` and `--version` print; undefined when neither is given. */
export function printedOnRequest(
  values: ServerFlagValues,
  usage: string,
  flags: Flags,
): string | undefined {
  if (values.help === true) return `${usage}\n\n${describeFlags(flags)}`
  return values.version === true ? readVersion(new NodeFileSystem()) : undefined
}

/** Runs a server as its flags say: prints or checks its settings, or serves until a signal. Resolves with the exit code. */
export async function runServer<T extends OptionTables, S extends Service>(
  command: ServerCommand<T, S>,
  values: ServerFlagValues,
  machine: Machine,
  context: CommandContext,
): Promise<number> {
  const { name, settings, create, greet } = command
  const { terminal } = context
  for (const warning of settings.warnings) terminal.err(`${name}: warning: ${warning}`)
  if (values.printConfigItem === true || values.printImportantConfig === true) {
    terminal.out(formatSettings(settings, values.printConfigItem !== true))
    return 0
  }
  if (values.testConfig === true) {
    terminal.out(`${name}: the settings are good`)
    return 0
  }
  const fileSystem = new NodeFileSystem()
  const clock = new SystemClock()
  if (values.daemon === true) {
    const logDir = values.logDir ?? defaultLogDirectory(machine)
    return startInBackground({ name, logDir, fileSystem, context })
  }
  const logging = await openServerLogging(values, { name, clock, fileSystem, terminal })
  const { logger } = logging
  const server = create({ clock, fileSystem, logger })
  try {
    await serve(server, {
      name,
      pidDirectory: pidDirectory(machine),
      fileSystem,
      logger,
      onStarted: () => {
        terminal.out(greet(server))
        tellStarted()
      },
    })
  } finally {
    await logging.close()
  }
  return 0
}
