export interface FlowControlConfig {
  readonly haFlowControlEnable: boolean
  readonly maxHaTransferByteInSecond: number
}

/** Counts the bytes that go over one connection, and holds them back where the configuration has a limit. Apache: store.ha.FlowMonitor */
export class FlowMonitor {
  readonly #config: FlowControlConfig
  #transferredByte = 0
  #transferredByteInSecond = 0

  constructor(config: FlowControlConfig) {
    this.#config = config
  }

  /** Of the last full second. */
  get transferredByteInSecond(): number {
    return this.#transferredByteInSecond
  }

  /** Bytes that may still go in this second. */
  get canTransferMaxByteNum(): number {
    const { haFlowControlEnable, maxHaTransferByteInSecond } = this.#config
    if (!haFlowControlEnable) return Infinity
    return Math.max(maxHaTransferByteInSecond - this.#transferredByte, 0)
  }

  addByteCountTransferred(count: number): void {
    this.#transferredByte += count
  }

  /** To be called each second. */
  calculateSpeed(): void {
    this.#transferredByteInSecond = this.#transferredByte
    this.#transferredByte = 0
  }
}
