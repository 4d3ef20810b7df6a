import { EndTransactionRequestHeader } from '../../codec/header/end-transaction.ts'
import { CheckTransactionStateRequestHeader } from '../../codec/header/check-transaction-state.ts'
import type { MessageExt } from '../../codec/message/message.ts'
import { decodeRecord } from '../../codec/message/record-reader.ts'
import { RemotingCommand } from '../../codec/remoting-command.ts'
import { RequestCode } from '../../codec/request-code.ts'
import { EndTransactionProcessor } from '../../lib/broker/processor/end-transaction-processor.ts'
import type { Transactions } from '../../lib/broker/transactions.ts'
import { ConsumerOffsetManager } from '../../lib/broker/offset/consumer-offset-manager.ts'
import type { FileSystem } from '../../lib/common/file-system.ts'
import { RemotingError } from '../../lib/remoting/index.ts'
import type { MessageStoreConfig } from '../../lib/store/config.ts'
import type { DefaultMessageStore } from '../../lib/store/message-store.ts'
import type { AppendResult, PutMessageResult } from '../../lib/store/types.ts'
import { ScheduleHook } from '../../lib/broker/schedule/schedule-hook.ts'
import { type BrokerParts, makeTransactions } from './broker-parts.ts'
import { FakeChannel } from './fake-channel.ts'
import { makeMessage, makeStore } from './store.ts'
import { until } from './until.ts'

export const COMMIT = 8
export const ROLLBACK = 12
export const HALF_TOPIC = 'RMQ_SYS_TRANS_HALF_TOPIC'
export const OP_TOPIC = 'RMQ_SYS_TRANS_OP_HALF_TOPIC'
export const MAX_TIME_TOPIC = 'TRANS_CHECK_MAX_TIME_TOPIC'
const DIRECTORY = '/store'

/** What a producer was asked about. */
export interface Check {
  readonly header: CheckTransactionStateRequestHeader
  readonly message: MessageExt
}

/** Transactions over a real store, with the clock of the parts; no sockets. */
export class TransactionFixture {
  readonly store: DefaultMessageStore
  readonly offsets: ConsumerOffsetManager
  readonly transactions: Transactions
  readonly #parts: BrokerParts
  readonly #processor: EndTransactionProcessor
  readonly #isDead: () => boolean
  #appended = 0
  #arrived = 0
  #checks = 0

  constructor(
    parts: BrokerParts,
    fileSystem: FileSystem,
    config: Partial<MessageStoreConfig> = {},
    isDead: () => boolean = () => false,
  ) {
    this.#parts = parts
    this.#isDead = isDead
    this.store = makeStore({ directory: DIRECTORY, fileSystem, clock: parts.clock, config })
    this.#countMessages()
    const own = {
      ...parts,
      fileSystem,
      logger: { ...parts.logger, debug: this.#onDebug, error: this.#onDebug },
      storeConfig: { ...parts.storeConfig, storePathRootDir: DIRECTORY },
    }
    this.offsets = new ConsumerOffsetManager(own)
    this.transactions = makeTransactions(
      { ...own, consumerOffsetManager: this.offsets },
      this.store,
    )
    this.#processor = new EndTransactionProcessor({
      ...own,
      messageStore: this.store,
      scheduleHook: new ScheduleHook({ ...own, messageStore: this.store }),
      transactions: this.transactions.service,
    })
  }

  #countMessages(): void {
    const { store } = this
    const putMessage = store.putMessage.bind(store)
    store.putMessage = (message, done) => {
      putMessage(message, (result) => {
        if (result.appended !== undefined) this.#appended++
        done(result)
      })
    }
    store.addMessageArrivingListener(() => this.#arrived++)
  }

  readonly #onDebug = (_fields: object, event: string): void => {
    if (event.startsWith('half messages checked') || event.startsWith('check of half'))
      this.#checks++
  }

  async start(): Promise<void> {
    this.offsets.load()
    this.transactions.load()
    await this.store.start()
    await this.offsets.start()
    await this.transactions.start()
  }

  async stop(): Promise<void> {
    await this.transactions.stop()
    await this.offsets.stop()
    await this.store.stop()
  }

  /** Resolves when the half message is stored, and undefined when it is not. */
  async prepare(
    body: string,
    properties: Record<string, string> = {},
  ): Promise<AppendResult | undefined> {
    const all = new Map(
      Object.entries({ UNIQ_KEY: body, PGROUP: 'PG', TRAN_MSG: 'true', ...properties }),
    )
    const bornTimestamp = this.#parts.clock.now()
    const message = makeMessage({ topic: 'T', body: Buffer.from(body), bornTimestamp, flag: 7 })
    const result = await new Promise<PutMessageResult>((resolve) => {
      this.transactions.service.asyncPrepareMessage(message, all, resolve)
    })
    return result.status === 'PUT_OK' ? result.appended : undefined
  }

  /** The code of the answer. */
  async end(
    place: { readonly queueOffset: number; readonly commitLogOffset: number },
    commitOrRollback: number,
    fromTransactionCheck = false,
  ): Promise<number | undefined> {
    const fields = EndTransactionRequestHeader.encode({
      producerGroup: 'PG',
      tranStateTableOffset: place.queueOffset,
      commitLogOffset: place.commitLogOffset,
      commitOrRollback,
      fromTransactionCheck,
      msgId: '',
    })
    const request = RemotingCommand.request(RequestCode.END_TRANSACTION, fields)
    try {
      return (await this.#processor.process(request, new FakeChannel()))?.code
    } catch (error) {
      if (error instanceof RemotingError) return error.code
      throw error
    }
  }

  /** What the end of a transaction gets that a check asked for. */
  answer({ header }: Check, commitOrRollback: number): Promise<number | undefined> {
    const { tranStateTableOffset: queueOffset, commitLogOffset } = header
    return this.end({ queueOffset, commitLogOffset }, commitOrRollback, true)
  }

  /** Registers a producer of the group PG; gives its connection. */
  connectProducer(id = 1): FakeChannel {
    const channel = new FakeChannel({ id })
    this.#parts.producerManager.registerProducer('PG', {
      channel,
      clientId: `client-${id}`,
      language: 0,
      version: 0,
      lastUpdateTimestamp: this.#parts.clock.now(),
    })
    return channel
  }

  /** Resolves when all that was put can be read. */
  async settle(): Promise<void> {
    await until(() => this.#isDead() || this.#arrived >= this.#appended)
  }

  /** Lets the time to the next check go by, and resolves when it is over. */
  async check(): Promise<void> {
    await this.settle()
    const { clock, brokerConfig } = this.#parts
    const before = this.#checks
    clock.advance(brokerConfig.transactionCheckInterval)
    await until(() => this.#isDead() || this.#checks > before)
    await this.settle()
  }

  /** All messages of a queue, in order. */
  async read(topic: string, queueId = 0): Promise<MessageExt[]> {
    await this.settle()
    const messages: MessageExt[] = []
    const max = this.store.getMaxOffsetInQueue(topic, queueId)
    while (messages.length < max) {
      const request = { group: 'G', topic, queueId, offset: messages.length, maxMsgNums: 32 }
      const { records } = await this.store.getMessage(request)
      messages.push(...records.map(decodeRecord))
      if (records.length === 0) break
    }
    return messages
  }

  async bodies(topic: string): Promise<string[]> {
    return (await this.read(topic)).map(({ body }) => body.toString())
  }

  /** How far half and op messages are checked. */
  progress(): [number, number] {
    const of = (topic: string) => this.offsets.queryOffset('CID_RMQ_SYS_TRANS', topic, 0)
    return [of(HALF_TOPIC), of(OP_TOPIC)]
  }
}

/** The checks that came over a connection since the last call. */
export function takeChecks(channel: FakeChannel): Check[] {
  return channel.oneways.splice(0).map(({ extFields, body }) => ({
    header: CheckTransactionStateRequestHeader.decode(extFields),
    message: decodeRecord(body ?? Buffer.alloc(0)),
  }))
}
