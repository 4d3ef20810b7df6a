import type { StoreDirectory } from '../../store/tools/index.ts'
import type { Flags, FlagValues } from '../../terminal/flags.ts'
import type { Terminal } from '../../terminal/terminal.ts'

/** Of all the tools together. */
export const STORE_FLAGS = {
  json: { text: 'one JSON object (verify and dump: one for each line)' },
  configFile: {
    short: 'c',
    value: 'FILE',
    text: "the broker's configuration file: where the log is, sizes of index files, delay levels",
  },
  topic: { value: 'TOPIC', text: 'dump: only messages of this topic' },
  queue: { value: 'N', text: 'dump: only messages of this queue of the topic' },
  from: { value: 'OFFSET', text: 'dump: begin here; an offset of the log or, with --queue, of it' },
  to: { value: 'OFFSET', text: 'dump: end before this offset' },
  limit: { value: 'N', text: 'dump: print so many messages at most' },
  help: { short: 'h', text: 'print this and exit' },
} as const satisfies Flags

export type StoreFlagValues = FlagValues<typeof STORE_FLAGS>

/** What one of the tools does with a store; resolves with the exit code. */
export type StoreTool = (
  directory: StoreDirectory,
  values: StoreFlagValues,
  terminal: Terminal,
) => Promise<number>
