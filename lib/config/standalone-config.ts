import type { ConfigOf } from './option.ts'
import { int } from './option.ts'

/** What `rocketmq-server start` needs beside the settings of its NameServer and its broker. Our own. */
export const STANDALONE_OPTIONS = {
  namesrvPort: int(9876, {
    min: 0,
    max: 65_535,
    text: 'Port of the NameServer (`rocketmq-server start`). 0: a free one.',
  }),
}

export type StandaloneConfig = ConfigOf<typeof STANDALONE_OPTIONS>
