import type { AdminCommand } from '../admin/command.ts'
import { ADMIN_COMMANDS } from '../admin/commands/index.ts'
import { checkRequired, parseCommandLine } from '../admin/command-line.ts'
import { describeError } from '../admin/describe-error.ts'
import { MqAdminClient } from '../admin/mq-admin-client.ts'
import type { OptionValues } from '../admin/option.ts'
import { integer, text, toggle } from '../admin/option.ts'
import { Output } from '../admin/output.ts'
import { printf } from '../admin/printf.ts'
import { signRequest } from '../auth/session-credentials.ts'
import { SystemClock } from '../common/clock.ts'
import { toError } from '../common/errors.ts'
import { NodeFileSystem } from '../common/file-system.ts'
import { SILENT_LOGGER } from '../common/logger.ts'
import { nearestKey } from '../config/nearest-key.ts'
import { RemotingClient } from '../remoting/index.ts'
import { describeFlags, UsageError } from '../terminal/flags.ts'
import { adminCredentials } from './admin-credentials.ts'
import { adminTls } from './admin-tls.ts'
import { keepAlive } from './keep-alive.ts'
import type { CommandContext } from './run-command.ts'
import { describeFailure, isDefect } from './run-command.ts'
import { readVersion } from './version.ts'

const FAILED = 1
const WRONG_USAGE = 2
const DEFAULT_TIMEOUT_MS = 5_000

/** Options of every command. */
const COMMON_OPTIONS = {
  namesrvAddr: text('n', 'ADDR', 'name servers, host:port joined by ;, or NAMESRV_ADDR'),
  json: toggle(undefined, 'print JSON, one document a line'),
  accessKey: text(undefined, 'NAME', 'user; or ROCKETMQ_ACCESS_KEY, or conf/tools.yml'),
  secretKey: text(undefined, 'SECRET', 'its password; or ROCKETMQ_SECRET_KEY, or conf/tools.yml'),
  tls: toggle(undefined, 'connect by TLS; files by ROCKETMQ_TLS_CLIENT_*, as in the servers'),
  timeout: integer(
    undefined,
    'MS',
    'how long to wait for an answer; 5000 by default',
    1,
    3_600_000,
  ),
  help: toggle('h', 'what this command does'),
}
type CommonValues = OptionValues<typeof COMMON_OPTIONS>

/**
 * Administers servers: Apache's commands and options, without a JVM. Resolves with the exit code: 0 done, 1 failed, 2 wrong usage.
 * Apache: tools.command.MQAdminStartup
 */
export async function mqadmin(context: CommandContext): Promise<number> {
  const { args, terminal } = context
  const [name = 'help', ...rest] = args
  try {
    if (name === '--version') terminal.out(readVersion(new NodeFileSystem()))
    else if (!['help', '-h', '--help'].includes(name)) return await run(context, find(name), rest)
    else if (rest[0] === undefined) for (const line of listCommands()) terminal.out(line)
    else terminal.out(describe(find(rest[0])))
    return 0
  } catch (error) {
    return tellFailure(context, 'mqadmin', error)
  }
}

async function run(
  context: CommandContext,
  command: AdminCommand,
  args: readonly string[],
): Promise<number> {
  const label = `mqadmin ${command.name}`
  try {
    const given = command.takesAnything === true ? [] : args
    const values = parseCommandLine({ ...command.options, ...COMMON_OPTIONS }, given)
    if (values.help === true) {
      context.terminal.out(describe(command))
      return 0
    }
    checkRequired(command.options, values, command.oneOf)
    return await keepAlive(() => execute(context, command, values))
  } catch (error) {
    return tellFailure(context, label, error)
  }
}

async function execute(
  { environment, terminal }: CommandContext,
  command: AdminCommand,
  values: CommonValues,
): Promise<number> {
  const clock = new SystemClock()
  const fileSystem = new NodeFileSystem()
  const credentials = await adminCredentials(values, environment, fileSystem)
  const client = new RemotingClient({
    clock,
    logger: SILENT_LOGGER,
    tls: adminTls(values.tls === true, environment, fileSystem),
    beforeRequest: credentials && ((request) => signRequest(request, credentials)),
  })
  const namesrvAddrs = (values.namesrvAddr ?? environment.NAMESRV_ADDR ?? '').split(';')
  const admin = new MqAdminClient({
    client,
    namesrvAddrs: namesrvAddrs.map((each) => each.trim()).filter((each) => each !== ''),
    timeoutMs: values.timeout ?? DEFAULT_TIMEOUT_MS,
  })
  const output = new Output(terminal, clock, values.json === true, `mqadmin ${command.name}`)
  try {
    await command.run({ admin, output, clock, fileSystem }, values)
    return output.hasFailed ? FAILED : 0
  } finally {
    await client.stop()
  }
}

/** Names count in whatever case, as Apache has it. @throws UsageError */
function find(name: string): AdminCommand {
  const lower = name.toLowerCase()
  const command = ADMIN_COMMANDS.find((each) => each.name.toLowerCase() === lower)
  if (command !== undefined) return command
  const names = ADMIN_COMMANDS.map((each) => each.name)
  const nearest = nearestKey(name, names)
  throw new UsageError(
    `there is no command ${name}${nearest === undefined ? '; mqadmin help lists them' : `: ${nearest}?`}`,
  )
}

function listCommands(): string[] {
  return [
    'Usage: mqadmin COMMAND [options]',
    'The commands are:',
    ...ADMIN_COMMANDS.map(({ name, text }) => printf('   %-35s %s', name, text)),
    '',
    "See 'mqadmin help COMMAND' for the options of a command.",
  ]
}

function describe({ name, text, options, oneOf = [] }: AdminCommand): string {
  const needed = Object.entries(options).map(([key, option]) => {
    const isNeeded = option.isRequired || oneOf.includes(key)
    const note = option.isRequired ? 'needed' : `${oneOf.join(' or ')} is needed`
    return [key, isNeeded ? { ...option, text: `${option.text} (${note})` } : option] as const
  })
  const flags = Object.fromEntries(needed)
  return [
    `Usage: mqadmin ${name} [options]`,
    text,
    ...(needed.length === 0 ? [] : ['', describeFlags(flags)]),
    '',
    'Options of every command:',
    describeFlags(COMMON_OPTIONS),
  ].join('\n')
}

/** Tells what failed in one line; a defect of the program with its stack. */
function tellFailure({ terminal }: CommandContext, label: string, thrown: unknown): number {
  const error = toError(thrown)
  terminal.err(
    isDefect(error) ? describeFailure(label, error) : `${label}: ${describeError(error)}`,
  )
  return error instanceof UsageError ? WRONG_USAGE : FAILED
}
