import { AssertionError } from 'node:assert'
import { toError } from '../common/errors.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { ProcessTerminal } from '../terminal/terminal.ts'

/** What a command works with. */
export interface CommandContext {
  readonly args: readonly string[]
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly terminal: Terminal
}

/** Resolves with the exit code. What it throws is told in one line. */
export type Command = (context: CommandContext) => Promise<number>

/** Runs a command for this process and sets the exit code. */
export async function runCommand(name: string, command: Command): Promise<void> {
  const context = {
    args: process.argv.slice(2),
    environment: process.env,
    terminal: new ProcessTerminal(),
  }
  try {
    process.exitCode = await command(context)
  } catch (thrown) {
    context.terminal.err(describeFailure(name, toError(thrown)))
    process.exitCode = 1
  }
}

/** One line for what the user can mend; the stack for a defect of the program. */
export function describeFailure(name: string, error: Error): string {
  return isDefect(error) ? `${name}: ${error.stack}` : `${name}: ${error.message}`
}

/** Whether an error can only mean that the program is wrong. */
export function isDefect(error: Error): boolean {
  return [TypeError, RangeError, ReferenceError, AssertionError].some(
    (type) => error instanceof type,
  )
}
