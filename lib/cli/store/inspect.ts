import { timeMillisToHumanString } from '../../common/clock.ts'
import { inspectStore, type StoreSummary } from '../../store/tools/index.ts'
import type { StoreTool } from './store-tool.ts'

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB']

/** `rocketmq-server store inspect` */
export const inspect: StoreTool = async (directory, { json }, terminal) => {
  const summary = await inspectStore(directory)
  terminal.out(json === true ? JSON.stringify(summary) : format(summary))
  return 0
}

function format(summary: StoreSummary): string {
  const { directory, wasKilled, log, index, checkpoint, configFiles } = summary
  const entries = index.reduce((sum, file) => sum + file.entries, 0)
  const state = wasKilled ? 'its broker was killed, or runs (abort is there)' : 'stopped cleanly'
  const lines = [
    ['Store', `${directory}, ${state}`],
    [
      'Log',
      `${log.files} files of ${size(log.fileSize)}, offsets ${log.startOffset} to ${log.endOffset}`,
    ],
    ['Stored', `${time(log.oldestStoreTimestamp)} to ${time(log.newestStoreTimestamp)}`],
    ['Index', `${index.length} files with ${entries} entries`],
    [
      'Checkpoint',
      checkpoint === undefined
        ? 'missing'
        : `log ${time(checkpoint.physicMsgTimestamp)}, queues ${time(checkpoint.logicsMsgTimestamp)}, ` +
          `index ${time(checkpoint.indexMsgTimestamp)}`,
    ],
    ['Config', configFiles.map(({ name, bytes }) => `${name} (${size(bytes)})`).join(', ')],
  ]
  const head = lines.map(([name, text]) => `${name?.padEnd(12)}${text}`)
  return [...head, '', ...table(queueRows(summary))].join('\n')
}

function queueRows({ topics }: StoreSummary): string[][] {
  const rows = topics.flatMap(({ topic, kind, queues }) =>
    queues.map(({ queueId, minOffset, maxOffset }) => {
      const numbers = [queueId, minOffset, maxOffset, maxOffset - minOffset]
      return [topic, kind, ...numbers.map(String)]
    }),
  )
  return [['Topic', 'Kind', 'Queue', 'Min', 'Max', 'Messages'], ...rows]
}

/** Texts to the left, numbers to the right. */
function table(rows: readonly string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  )
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0
        return column < 2 ? cell.padEnd(width) : cell.padStart(width)
      })
      .join('  '),
  )
}

function time(timestampMs: number): string {
  return timestampMs === 0 ? 'never' : timeMillisToHumanString(timestampMs)
}

function size(bytes: number): string {
  let unit = 0
  let value = bytes
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024
    unit++
  }
  return `${Number(value.toFixed(1))} ${UNITS[unit]}`
}
