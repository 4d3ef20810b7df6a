import { languageName } from '../../../codec/language-code.ts'
import { versionName } from '../../../codec/mq-version.ts'
import type { ConsumeType } from '../../../codec/body/heartbeat-data.ts'
import { gauge, type Labels, type Metric, type Sample } from '../../monitor/metric.ts'
import type { ClientChannelInfo } from '../client/client-channel-info.ts'
import type { ConsumerManager } from '../client/consumer-manager.ts'
import type { ProducerManager } from '../client/producer-manager.ts'
import { isSystemConsumerGroup } from './system-names.ts'

const CONSUME_MODES: Readonly<Record<ConsumeType, string>> = {
  CONSUME_ACTIVELY: 'pull',
  CONSUME_PASSIVELY: 'push',
  CONSUME_POP: 'pop',
}

/** Clients by what they are. Source: broker.metrics.BrokerMetricsManager#initConnectionMetrics */
export function connectionMetrics(
  producerManager: Pick<ProducerManager, 'getProducerTable'>,
  consumerManager: Pick<ConsumerManager, 'groups'>,
): readonly Metric[] {
  return [
    gauge('rocketmq_producer_connections', 'Producer connections', () => {
      const count = new LabelCount()
      for (const clients of producerManager.getProducerTable().values()) {
        for (const client of clients) {
          count.add({ ...clientLabels(client), protocol_type: 'remoting' })
        }
      }
      return count.samples
    }),
    gauge('rocketmq_consumer_connections', 'Consumer connections', () => {
      const count = new LabelCount()
      for (const { groupName, consumeType, clients } of consumerManager.groups) {
        const consume_mode = CONSUME_MODES[consumeType]
        const is_system = String(isSystemConsumerGroup(groupName))
        const ofGroup = { consume_mode, consumer_group: groupName, is_system }
        for (const client of clients) {
          count.add({ ...ofGroup, ...clientLabels(client), protocol_type: 'remoting' })
        }
      }
      return count.samples
    }),
  ]
}

function clientLabels({ language, version }: ClientChannelInfo): Labels {
  return {
    language: languageName(language).toLowerCase(),
    version: versionName(version).toLowerCase(),
  }
}

class LabelCount {
  readonly #samples = new Map<string, { labels: Labels; value: number }>()

  add(labels: Labels): void {
    const key = Object.values(labels).join('\u0000')
    const sample = this.#samples.get(key)
    if (sample === undefined) this.#samples.set(key, { labels, value: 1 })
    else sample.value++
  }

  get samples(): Iterable<Sample> {
    return this.#samples.values()
  }
}
