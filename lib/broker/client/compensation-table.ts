import type { ConsumeType } from '../../../codec/body/heartbeat-data.ts'
import type { SubscriptionData } from '../../../codec/body/subscription-data.ts'
import type { Clock } from '../../common/clock.ts'
import { getOrAdd } from '../../common/maps.ts'
import type { BrokerConfig } from '../../config/broker-config.ts'
import { buildSubscriptionData } from '../filter/filter-api.ts'

/** A subscription by its text, as a request has named it. */
interface NamedSubscription {
  readonly subString: string | undefined
  readonly expressionType: string | undefined
  namedMs: number
}

/** A group that sends no heartbeats here: what it consumes by, and its subscriptions by topic. */
interface CompensatedGroup {
  consumeType: ConsumeType
  readonly subscriptions: Map<string, NamedSubscription>
}

/**
 * What groups want whose requests name it themselves: pull consumers, and pop consumers behind a proxy. Tools and lags ask for it
 * where no heartbeat tells. A subscription is remembered for `subscriptionExpiredTimeout` milliseconds after its last request.
 *
 * Apache: broker.client.ConsumerManager#consumerCompensationTable
 */
export class CompensationTable {
  readonly #clock: Clock
  readonly #config: Pick<BrokerConfig, 'subscriptionExpiredTimeout'>
  readonly #groups = new Map<string, CompensatedGroup>()

  constructor(clock: Clock, config: Pick<BrokerConfig, 'subscriptionExpiredTimeout'>) {
    this.#clock = clock
    this.#config = config
  }

  /** Notes what a request names, which has been found to be a subscription. */
  compensateSubscribeData(
    group: string,
    consumeType: ConsumeType,
    topic: string,
    subString: string | undefined,
    expressionType: string | undefined,
  ): void {
    const info = getOrAdd(this.#groups, group, () => newGroup(consumeType))
    info.consumeType = consumeType
    const namedMs = this.#clock.now()
    const known = info.subscriptions.get(topic)
    const isSame = known?.subString === subString && known?.expressionType === expressionType
    if (known !== undefined && isSame) {
      known.namedMs = namedMs
      return
    }
    info.subscriptions.set(topic, { subString, expressionType, namedMs })
  }

  /** Its version is the time of the last request. */
  findSubscriptionData(group: string, topic: string): SubscriptionData | undefined {
    const named = this.#groups.get(group)?.subscriptions.get(topic)
    if (named === undefined) return undefined
    const { subString, expressionType, namedMs } = named
    return { ...buildSubscriptionData(topic, subString, expressionType), subVersion: namedMs }
  }

  getConsumeType(group: string): ConsumeType | undefined {
    return this.#groups.get(group)?.consumeType
  }

  getSubscribeTopics(group: string): string[] {
    return [...(this.#groups.get(group)?.subscriptions.keys() ?? [])]
  }

  removeExpired(): void {
    const oldestMs = this.#clock.now() - this.#config.subscriptionExpiredTimeout
    for (const [group, { subscriptions }] of this.#groups) {
      for (const [topic, { namedMs }] of subscriptions) {
        if (namedMs < oldestMs) subscriptions.delete(topic)
      }
      if (subscriptions.size === 0) this.#groups.delete(group)
    }
  }
}

function newGroup(consumeType: ConsumeType): CompensatedGroup {
  return { consumeType, subscriptions: new Map() }
}
