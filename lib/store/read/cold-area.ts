import { isSysConsumerGroupPullMessage } from '../../common/sys-consumer-group.ts'
import type { CommitLog } from '../commitlog/commit-log.ts'
import type { MessageStoreConfig } from '../config.ts'

type ColdAreaOptions = Pick<
  MessageStoreConfig,
  'coldDataFlowControlEnable' | 'coldDataScanEnable' | 'accessMessageInMemoryHotRatio'
>

/** Which bytes of a get are counted as cold. */
export interface ColdCount {
  /** What lies before this offset of the log is cold. */
  readonly end: number
  /** Counted is what has to be read from the disk there, otherwise every record. */
  readonly onlyReads: boolean
}

/**
 * The old part of the log, which the operating system is taken not to hold in memory: all but a share of the machine's memory.
 *
 * Apache: store.CommitLog.ColdDataCheckService, store.DefaultMessageStore#checkInColdAreaByCommitOffset
 */
export class ColdArea {
  readonly #config: ColdAreaOptions
  readonly #log: Pick<CommitLog, 'maxOffset'>
  readonly #totalMemoryBytes: number

  constructor(
    config: ColdAreaOptions,
    log: Pick<CommitLog, 'maxOffset'>,
    totalMemoryBytes: number,
  ) {
    this.#config = config
    this.#log = log
    this.#totalMemoryBytes = totalMemoryBytes
  }

  /** False while cold data is not controlled. */
  holds(offset: number): boolean {
    return this.#config.coldDataFlowControlEnable && offset < this.#end
  }

  /** undefined when nothing is counted for this group. */
  countFor(group: string): ColdCount | undefined {
    const { coldDataFlowControlEnable, coldDataScanEnable } = this.#config
    if (!coldDataFlowControlEnable || isSysConsumerGroupPullMessage(group)) return undefined
    return { end: this.#end, onlyReads: coldDataScanEnable }
  }

  get #end(): number {
    const share = this.#config.accessMessageInMemoryHotRatio / 100
    return this.#log.maxOffset - Math.trunc(this.#totalMemoryBytes * share)
  }
}
