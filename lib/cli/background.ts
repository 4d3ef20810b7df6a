import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join, resolve } from 'node:path'
import { errorCode, toError } from '../common/errors.ts'
import { openToAppend } from '../common/file-system.ts'
import type { FileSystem } from '../common/file-system.ts'
import type { ServerName } from './pid-file.ts'
import type { CommandContext } from './run-command.ts'
import { LOG_NAMES } from './server-logging.ts'

/** As process managers know it (pm2's wait_ready). */
const READY = 'ready'

export interface BackgroundOptions {
  readonly name: ServerName
  readonly logDir: string
  readonly fileSystem: FileSystem
  readonly context: CommandContext
}

/**
 * Starts this command once more, in a session of its own, and waits until it serves: prints its process id, or why it
 * does not. What it prints goes to `NAME.out` beside its log. Resolves with the exit code.
 * @throws Error when that file cannot be written
 */
export async function startInBackground(options: BackgroundOptions): Promise<number> {
  const { name, fileSystem, context } = options
  const logDir = resolve(options.logDir)
  const output = join(logDir, `${LOG_NAMES[name]}.out`)
  const fd = openOutput(fileSystem, logDir, output)
  const begin = fileSystem.stat(output)?.size ?? 0
  const child = spawn(process.execPath, [...process.execArgv, ...serverArgs(context, logDir)], {
    detached: true,
    stdio: ['ignore', fd, fd, 'ipc'],
  })
  if (await isReady(child)) {
    child.disconnect()
    child.unref()
    context.terminal.out(`The ${name}(${child.pid}) is running, its log is in ${logDir}`)
    return 0
  }
  const printed = fileSystem.readFile(output).subarray(begin).toString().trim()
  context.terminal.err(printed || `${name}: ended without a word, see the log in ${logDir}`)
  return 1
}

/** Tells whoever started this process, and wants to know, that it serves. */
export function tellStarted(): void {
  if (process.connected) process.send?.(READY, undefined, undefined, () => undefined)
}

function openOutput(fileSystem: FileSystem, directory: string, path: string): number {
  try {
    fileSystem.makeDirectory(directory)
    return openToAppend(path)
  } catch (error) {
    throw new Error(`cannot write ${path}: ${errorCode(error) ?? toError(error).message}`, {
      cause: error,
    })
  }
}

/** The log directory stands last, because the last of two flags counts. */
function serverArgs({ args }: CommandContext, logDir: string): string[] {
  const kept = args.filter((arg) => arg !== '--daemon')
  return [...process.argv.slice(1, 2), ...kept, '--logDir', logDir]
}

/** False when the process has ended instead. */
async function isReady(child: ChildProcess): Promise<boolean> {
  const ended = once(child, 'exit').then(() => false)
  const ready = once(child, 'message').then(() => true)
  return Promise.race([ended, ready])
}
