import { SystemClock } from '../../common/clock.ts'
import { type Finding, verifyStore, type VerifyResult } from '../../store/tools/index.ts'
import { ProgressBar } from '../../terminal/progress-bar.ts'
import type { StoreTool } from './store-tool.ts'

const DAMAGED = 1

/** `rocketmq-server store verify` */
export const verify: StoreTool = async (directory, { json }, terminal) => {
  const progress = new ProgressBar(terminal, new SystemClock())
  const result = await verifyStore(directory, {
    onFinding: (finding) => {
      progress.clear()
      terminal.out(json === true ? JSON.stringify(finding) : describe(finding))
    },
    onProgress: (doneBytes, totalBytes) => progress.update(doneBytes, totalBytes),
  })
  progress.clear()
  terminal.out(json === true ? JSON.stringify({ result }) : summarize(result))
  return result.findings.damage === 0 ? 0 : DAMAGED
}

function describe({ severity, kind, file, position, text }: Finding): string {
  return `${severity}  ${file} at ${position}: ${text} (${kind})`
}

function summarize(result: VerifyResult): string {
  const { messages, logStart, logEnd, queues, units, indexFiles, indexEntries } = result
  return [
    `${messages} messages from log offset ${logStart} to ${logEnd}, ${units} units of ${queues} queues, ` +
      `${indexEntries} entries of ${indexFiles} index files`,
    conclusion(result),
  ].join('\n')
}

function conclusion({ findings, wasKilled }: VerifyResult): string {
  const { damage, repair, note } = findings
  const open = wasKilled ? ' (there is an abort file: its broker was killed, or runs)' : ''
  if (damage + repair + note === 0) return `clean${open}`
  return `${damage} damages, ${repair} to be repaired by the next start, ${note} notes${open}`
}
