import type { Clock } from '../common/clock.ts'
import type { FileSystem } from '../common/file-system.ts'
import type { MqAdminClient } from './mq-admin-client.ts'
import type { Options, OptionValues } from './option.ts'
import type { Output } from './output.ts'

/** What a command works with. */
export interface AdminContext {
  readonly admin: MqAdminClient
  readonly output: Output
  readonly clock: Clock
  readonly fileSystem: FileSystem
}

/** A command of mqadmin, under Apache's name and with Apache's options. Apache: tools.command.SubCommand */
export interface AdminCommand<O extends Options = Options> {
  readonly name: string
  /** Its line in the list of commands. */
  readonly text: string
  readonly options: O
  /** Options of which one must be given; where several are, the first counts. */
  readonly oneOf?: readonly (keyof O & string)[]
  /** Whatever options are given make no difference. */
  readonly takesAnything?: boolean
  /** What it throws is told in one line, and the exit code is 1. */
  run(context: AdminContext, values: OptionValues<O>): Promise<void>
}

/** Declares a command: the type of `values` in its `run` comes from its options. */
export function defineCommand<const O extends Options>(command: AdminCommand<O>): AdminCommand {
  return command as unknown as AdminCommand
}
