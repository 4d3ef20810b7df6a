import {
  LockBatchRequestBody,
  LockBatchResponseBody,
  UnlockBatchRequestBody,
} from '../../../codec/body/lock-batch.ts'
import type { MessageQueue } from '../../../codec/body/message-queue.ts'
import { RemotingCommand } from '../../../codec/remoting-command.ts'
import { RequestCode } from '../../../codec/request-code.ts'
import { ResponseCode } from '../../../codec/response-code.ts'
import type { Logger } from '../../common/logger.ts'
import type { BrokerConfig } from '../../config/broker-config.ts'
import type { MessageStoreConfig } from '../../config/message-store-config.ts'
import { queueKey, type RebalanceLockManager } from './rebalance-lock-manager.ts'

/** The other brokers of this broker's group. */
export interface Replicas {
  /** Those that the name servers know. */
  otherAddresses(): readonly string[]
  /** Rejects when there is no answer in time. */
  invoke(address: string, request: RemotingCommand, timeoutMs: number): Promise<RemotingCommand>
}

export interface ReplicaLocksDeps {
  readonly brokerConfig: Pick<BrokerConfig, 'lockInStrictMode'>
  readonly storeConfig: Pick<MessageStoreConfig, 'totalReplicas'>
  readonly locks: RebalanceLockManager
  readonly replicas: Replicas
  readonly logger: Logger
}

/** Source: AdminBrokerProcessor#lockBatchMQ */
const TIMEOUT_MS = 1_000

/**
 * Locks of queues, with `lockInStrictMode` only those that a majority of `totalReplicas` brokers grants: then two clients do not hold
 * one queue while a slave takes its master's place.
 *
 * Apache: broker.processor.AdminBrokerProcessor#lockBatchMQ, unlockBatchMQ
 */
export class ReplicaLocks {
  readonly #deps: ReplicaLocksDeps

  constructor(deps: ReplicaLocksDeps) {
    this.#deps = deps
  }

  /** The queues that the client holds now. A promise only where others are asked. */
  tryLockBatch(body: LockBatchRequestBody): MessageQueue[] | Promise<MessageQueue[]> {
    const { consumerGroup, mqSet, clientId } = body
    const { locks, storeConfig } = this.#deps
    const own = locks.tryLockBatch(consumerGroup, mqSet, clientId)
    const quorum = Math.floor(storeConfig.totalReplicas / 2) + 1
    return quorum > 1 && this.#isAsked(body) ? this.#askOthers(body, own, quorum) : own
  }

  /** Others are told, and not waited for. */
  unlockBatch(body: UnlockBatchRequestBody): void {
    const { consumerGroup, mqSet, clientId } = body
    const { locks, replicas } = this.#deps
    locks.unlockBatch(consumerGroup, mqSet, clientId)
    if (!this.#isAsked(body)) return
    const encoded = UnlockBatchRequestBody.encode({ ...body, onlyThisBroker: true })
    for (const address of replicas.otherAddresses()) {
      void this.#invoke(address, RequestCode.UNLOCK_BATCH_MQ, encoded)
    }
  }

  #isAsked({ onlyThisBroker }: LockBatchRequestBody): boolean {
    return this.#deps.brokerConfig.lockInStrictMode && !onlyThisBroker
  }

  async #askOthers(
    body: LockBatchRequestBody,
    own: MessageQueue[],
    quorum: number,
  ): Promise<MessageQueue[]> {
    if (own.length === 0) return own
    const encoded = LockBatchRequestBody.encode({ ...body, mqSet: own, onlyThisBroker: true })
    const asking = this.#deps.replicas
      .otherAddresses()
      .map((address) => this.#invoke(address, RequestCode.LOCK_BATCH_MQ, encoded))
    const granted = new Map(own.map((queue) => [queueKey(queue), 1]))
    for (const response of await Promise.all(asking)) {
      for (const queue of lockedBy(response)) {
        const key = queueKey(queue)
        granted.set(key, (granted.get(key) ?? 0) + 1)
      }
    }
    return own.filter((queue) => (granted.get(queueKey(queue)) ?? 0) >= quorum)
  }

  /** Never rejects: a broker that does not answer grants nothing. */
  async #invoke(address: string, code: number, body: Buffer): Promise<RemotingCommand | undefined> {
    try {
      const request = RemotingCommand.request(code, undefined, body)
      return await this.#deps.replicas.invoke(address, request, TIMEOUT_MS)
    } catch (error) {
      this.#deps.logger.warn({ address, code, error }, 'a replica does not answer about locks')
      return undefined
    }
  }
}

function lockedBy(response: RemotingCommand | undefined): readonly MessageQueue[] {
  if (response?.code !== ResponseCode.SUCCESS) return []
  return LockBatchResponseBody.decode(response.body).lockOKMQSet
}
