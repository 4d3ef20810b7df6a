import type { Logger } from '../../common/logger.ts'

/** Where the master of this broker's group is, as far as a NameServer has told it. */
export interface MasterAddresses {
  /** Of its requests, `host:port`. */
  readonly masterAddr: string | undefined
  /** Of its replication. */
  readonly haServerAddr: string | undefined
}

/**
 * The master of this broker's group, which NameServers name in their answers to a slave's registration. While there is none, the
 * last one stays known: it may come back. Where slaves act as masters it is forgotten, so that nothing is taken over from it that this
 * broker has changed meanwhile.
 *
 * Source: broker.BrokerController#handleRegisterBrokerResult
 */
export class GroupMaster {
  readonly #logger: Logger
  readonly #listeners: ((addresses: MasterAddresses) => void)[] = []
  #addresses: MasterAddresses = { masterAddr: undefined, haServerAddr: undefined }

  constructor(logger: Logger) {
    this.#logger = logger
  }

  get masterAddr(): string | undefined {
    return this.#addresses.masterAddr
  }

  get haServerAddr(): string | undefined {
    return this.#addresses.haServerAddr
  }

  /** The listener is told of each change. */
  onChange(listener: (addresses: MasterAddresses) => void): void {
    this.#listeners.push(listener)
  }

  /** What a NameServer has answered. */
  update({ masterAddr, haServerAddr }: MasterAddresses): void {
    if (!masterAddr || !haServerAddr) return
    if (masterAddr === this.masterAddr && haServerAddr === this.haServerAddr) return
    this.#addresses = { masterAddr, haServerAddr }
    this.#logger.info(this.#addresses, 'the master of this group')
    for (const listener of this.#listeners) listener(this.#addresses)
  }

  /** There is no master. */
  clear(): void {
    if (this.masterAddr === undefined) return
    this.#logger.info(this.#addresses, 'the master of this group has gone')
    this.#addresses = { masterAddr: undefined, haServerAddr: undefined }
    for (const listener of this.#listeners) listener(this.#addresses)
  }
}
