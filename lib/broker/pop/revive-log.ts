import { AckMsg, BatchAckMsg } from '../../../codec/body/pop-ack.ts'
import { PopCheckPoint } from '../../../codec/body/pop-check-point.ts'
import type { Host } from '../../../codec/message/host.ts'
import { encodeProperties } from '../../../codec/message/properties.ts'
import { MessageConst } from '../../../codec/message/property-names.ts'
import type { Clock } from '../../common/clock.ts'
import { FailureLog } from '../../common/failure-log.ts'
import type { Logger } from '../../common/logger.ts'
import type { BrokerConfig } from '../../config/broker-config.ts'
import type { PopMessageMetrics } from '../metrics/pop-message-metrics.ts'
import {
  ACK_TAG,
  ACK_TIME_INTERVAL_MS,
  BATCH_ACK_TAG,
  buildClusterReviveTopic,
  CK_TAG,
} from './pop-ack-constants.ts'
import { reviveTimeOf } from './pop-check-point.ts'
import type { TimedPuts } from './timed-puts.ts'

export interface ReviveLogDeps {
  readonly brokerConfig: Pick<BrokerConfig, 'brokerClusterName' | 'reviveQueueNum'>
  readonly timedPuts: TimedPuts
  readonly popMetrics: Pick<PopMessageMetrics, 'incRevivePut'>
  readonly clock: Clock
  readonly logger: Logger
  /** The broker's own address. */
  readonly brokerHost: () => Host
}

/** `ao` of a batch that a client has sent; Apache gives those the key of single ones. */
const CLIENT_BATCH = -1

/** Told whether the store has taken what was put. */
export type StoredCallback = (isStored: boolean) => void

/** A message of the revive topic. */
interface ReviveMessage {
  readonly reviveQid: number
  readonly tag: string
  readonly uniqKey: string
  readonly body: Buffer
  readonly deliverTimeMs: number
  /** What is in the body. */
  readonly content: PopCheckPoint | AckMsg | BatchAckMsg
}

/**
 * Writes check points and acknowledgements, as messages that reach the revive topic when the time of the check point has
 * come: by then the acknowledgements are there, too, and what has none is revived. What names a revive queue that does not
 * exist, out of a forged handle, is dropped: Apache stores it where nobody reads it.
 *
 * Apache: broker.processor.PopMessageProcessor#buildCkMsg, AckMessageProcessor#appendAck
 */
export class ReviveLog {
  readonly reviveTopic: string
  readonly #deps: ReviveLogDeps
  readonly #failures: FailureLog

  constructor(deps: ReviveLogDeps) {
    this.#deps = deps
    this.reviveTopic = buildClusterReviveTopic(deps.brokerConfig.brokerClusterName)
    this.#failures = new FailureLog(deps.logger, 'message for the revive topic refused')
  }

  putCheckPoint(ck: PopCheckPoint, reviveQid: number, done: StoredCallback): void {
    const reviveTime = reviveTimeOf(ck)
    this.#put(
      {
        reviveQid,
        tag: CK_TAG,
        uniqKey: [ck.t, ck.q, ck.so, ck.c, ck.pt, ck.bn, CK_TAG].join('@'),
        body: PopCheckPoint.encode({ ...ck, reviveTime }),
        deliverTimeMs: reviveTime - ACK_TIME_INTERVAL_MS,
        content: ck,
      },
      done,
    )
  }

  /** An acknowledgement of what was popped until `reviveTimeMs`. */
  putAck(ack: AckMsg, reviveQid: number, reviveTimeMs: number, done: StoredCallback): void {
    this.#put(
      {
        reviveQid,
        tag: ACK_TAG,
        uniqKey: ackUniqueId(ack),
        body: AckMsg.encode(ack),
        deliverTimeMs: reviveTimeMs,
        content: ack,
      },
      done,
    )
  }

  putBatchAck(
    ack: BatchAckMsg,
    reviveQid: number,
    reviveTimeMs: number,
    done: StoredCallback,
  ): void {
    this.#put(
      {
        reviveQid,
        tag: BATCH_ACK_TAG,
        uniqKey: ack.ao === CLIENT_BATCH ? ackUniqueId(ack) : batchAckUniqueId(ack),
        body: BatchAckMsg.encode(ack),
        deliverTimeMs: reviveTimeMs,
        content: ack,
      },
      done,
    )
  }

  #put(
    { reviveQid, tag, uniqKey, body, deliverTimeMs, content }: ReviveMessage,
    done: StoredCallback,
  ): void {
    if (reviveQid < 0 || reviveQid >= this.#deps.brokerConfig.reviveQueueNum) {
      done(true)
      return
    }
    const host = this.#deps.brokerHost()
    const properties = new Map<string, string>([
      [MessageConst.PROPERTY_TAGS, tag],
      [MessageConst.PROPERTY_UNIQ_CLIENT_MESSAGE_ID_KEYIDX, uniqKey],
      [MessageConst.PROPERTY_TIMER_DELIVER_MS, String(deliverTimeMs)],
    ])
    const message = {
      topic: this.reviveTopic,
      queueId: reviveQid,
      flag: 0,
      sysFlag: 0,
      body,
      properties: encodeProperties(properties),
      bornTimestamp: this.#deps.clock.now(),
      bornHost: host,
      storeHost: host,
      reconsumeTimes: 0,
      preparedTransactionOffset: 0,
    }
    const { timedPuts, popMetrics } = this.#deps
    timedPuts.put(message, properties, ({ status, appended, reason }) => {
      popMetrics.incRevivePut(content, tag === CK_TAG ? 'CK' : 'ACK', status)
      if (appended !== undefined) this.#failures.worked()
      else this.#failures.failed(new Error(reason ?? status), { uniqKey })
      done(appended !== undefined)
    })
  }
}

/** Source: broker.processor.PopMessageProcessor#genAckUniqueId */
function ackUniqueId({ t, q, ao, c, pt, bn = 'null' }: AckMsg): string {
  return [t, q, ao, c, pt, bn, ACK_TAG].join('@')
}

/** Source: broker.processor.PopMessageProcessor#genBatchAckUniqueId */
function batchAckUniqueId({ t, q, aol, c, pt }: BatchAckMsg): string {
  return [t, q, `[${aol.join(', ')}]`, c, pt, BATCH_ACK_TAG].join('@')
}
