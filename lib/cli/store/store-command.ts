import { AssertionError } from 'node:assert'
import { toError } from '../../common/errors.ts'
import { NodeFileSystem } from '../../common/file-system.ts'
import { loadConfigs } from '../../config/load.ts'
import { thisMachine } from '../../config/machine.ts'
import { BROKER_STARTUP_DEFAULTS, BROKER_TABLES } from '../../config/tables.ts'
import { DEFAULT_STORE_SETTINGS, StoreDirectory } from '../../store/tools/index.ts'
import { describeFlags, parseWordsAndFlags, UsageError } from '../../terminal/flags.ts'
import type { CommandContext } from '../run-command.ts'
import { flagLayer, settingLayers } from '../settings.ts'
import { dump } from './dump.ts'
import { inspect } from './inspect.ts'
import { STORE_FLAGS, type StoreTool } from './store-tool.ts'
import { verify } from './verify.ts'

const USAGE = `Usage: rocketmq-server store inspect|verify|dump DIR [flags]
Looks into the store of a broker, ours or Apache's. Nothing is written: the broker may run, or the disk be read-only.

  inspect  what is in it: log, topics and queues, index, checkpoint, configuration files
  verify   compares every message, queue, index and state file with the log; exits with 0 when there is no damage
           (what the next start repairs is none), with 1 when there is, with 2 when it cannot be checked
  dump     prints messages`
const TOOLS: Readonly<Record<string, StoreTool>> = { inspect, verify, dump }
const UNUSABLE = 2

/** `rocketmq-server store`. Exits with 2 when it cannot do what it is asked for. */
export async function storeCommand(context: CommandContext): Promise<number> {
  try {
    return await run(context)
  } catch (thrown) {
    const error = toError(thrown)
    if (error instanceof TypeError || error instanceof AssertionError) throw error
    context.terminal.err(`rocketmq-server store: ${error.message}`)
    return UNUSABLE
  }
}

async function run({ args, environment, terminal }: CommandContext): Promise<number> {
  const { words, values } = parseWordsAndFlags(STORE_FLAGS, args)
  if (values.help === true) {
    terminal.out(`${USAGE}\n\n${describeFlags(STORE_FLAGS)}`)
    return 0
  }
  const [action = '', root, ...more] = words
  const tool = Object.hasOwn(TOOLS, action) ? TOOLS[action] : undefined
  if (tool === undefined || more.length > 0) throw new UsageError(USAGE.split('\n')[0])
  return tool(openDirectory(root, values.configFile, environment), values, terminal)
}

function openDirectory(
  root: string | undefined,
  file: string | undefined,
  environment: CommandContext['environment'],
): StoreDirectory {
  const fileSystem = new NodeFileSystem()
  if (file === undefined) {
    if (root === undefined) throw new UsageError(`which store? ${USAGE.split('\n')[0]}`)
    return new StoreDirectory(fileSystem, root, DEFAULT_STORE_SETTINGS)
  }
  const layers = settingLayers(BROKER_TABLES, file, environment, flagLayer([]))
  const defaults = { source: 'default', entries: BROKER_STARTUP_DEFAULTS }
  const settings = loadConfigs(BROKER_TABLES, [defaults, ...layers], thisMachine(environment))
  const { store } = settings.configs
  return new StoreDirectory(fileSystem, root ?? store.storePathRootDir, store)
}
