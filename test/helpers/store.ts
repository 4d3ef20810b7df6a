import { Host } from '../../codec/message/host.ts'
import type { MessageExtBrokerInner } from '../../codec/message/message.ts'
import type { Clock } from '../../lib/common/clock.ts'
import type { FileSystem } from '../../lib/common/file-system.ts'
import { SILENT_LOGGER, type Logger } from '../../lib/common/logger.ts'
import {
  DEFAULT_MESSAGE_STORE_CONFIG,
  DEFAULT_STORE_LIMITS,
  DefaultMessageStore,
  type MessageStoreConfig,
  type StoreLimits,
} from '../../lib/store/message-store.ts'
import type { PutMessageResult } from '../../lib/store/types.ts'

const HOST = Host.of('127.0.0.1', 10911)

/** Files so small that tests fill several. */
export const SMALL_FILES = {
  mappedFileSizeCommitLog: 16 * 1024,
  mappedFileSizeConsumeQueue: 20 * 100,
  mapperFileSizeBatchConsumeQueue: 46 * 10,
  maxHashSlotNum: 50,
  maxIndexNum: 200,
} as const

export interface StoreOptions {
  readonly directory: string
  readonly fileSystem: FileSystem
  readonly clock: Clock
  readonly config?: Partial<MessageStoreConfig>
  readonly limits?: Partial<StoreLimits>
  readonly logger?: Logger
  /** Topics whose queues are of type BatchCQ. */
  readonly batchTopics?: readonly string[]
}

export function makeStore(options: StoreOptions): DefaultMessageStore {
  return new DefaultMessageStore({
    config: {
      ...DEFAULT_MESSAGE_STORE_CONFIG,
      ...SMALL_FILES,
      storePathRootDir: options.directory,
      ...options.config,
    },
    clock: options.clock,
    fileSystem: options.fileSystem,
    logger: options.logger ?? SILENT_LOGGER,
    processId: 4711,
    limits: { ...DEFAULT_STORE_LIMITS, ...options.limits },
    cqType: (topic) => (options.batchTopics?.includes(topic) ? 'BatchCQ' : 'SimpleCQ'),
  })
}

/** A message as a send processor hands it to the store. */
export function makeMessage(overrides: Partial<MessageExtBrokerInner> = {}): MessageExtBrokerInner {
  return {
    topic: 'TopicA',
    queueId: 0,
    flag: 0,
    sysFlag: 0,
    body: Buffer.from('hello'),
    properties: 'TAGS\x01TagA\x02',
    bornTimestamp: 1_700_000_000_000,
    bornHost: HOST,
    storeHost: HOST,
    reconsumeTimes: 0,
    preparedTransactionOffset: 0,
    ...overrides,
  }
}

export function put(
  store: DefaultMessageStore,
  overrides: Partial<MessageExtBrokerInner> = {},
): Promise<PutMessageResult> {
  return new Promise((resolve) => store.putMessage(makeMessage(overrides), resolve))
}

export function putBatch(
  store: DefaultMessageStore,
  overrides: Partial<MessageExtBrokerInner>,
): Promise<PutMessageResult> {
  return new Promise((resolve) => store.putMessages(makeMessage(overrides), resolve))
}
