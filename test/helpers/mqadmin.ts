import { mqadmin } from '../../lib/cli/mqadmin.ts'
import { RecordingTerminal } from './recording-terminal.ts'

export interface AdminResult {
  readonly code: number
  readonly lines: readonly string[]
  readonly errors: readonly string[]
}

/** Runs a command line of mqadmin, its words separated by blanks, against a name server. */
export async function runMqadmin(
  line: string,
  namesrvAddr?: string,
  environment: Record<string, string> = {},
): Promise<AdminResult> {
  const terminal = new RecordingTerminal()
  const code = await mqadmin({
    args: line.split(' '),
    environment: { NAMESRV_ADDR: namesrvAddr, ...environment },
    terminal,
  })
  return { code, lines: terminal.lines, errors: terminal.errors }
}
