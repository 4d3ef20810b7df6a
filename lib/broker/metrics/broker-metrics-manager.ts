import type { Clock } from '../../common/clock.ts'
import type { FileSystem } from '../../common/file-system.ts'
import type { Logger } from '../../common/logger.ts'
import { type Service, startAll, stopAll } from '../../common/service.ts'
import type { Configs } from '../../config/load.ts'
import type { BROKER_TABLES } from '../../config/tables.ts'
import { gauge, type Labels, type Metric, singleGauge } from '../../monitor/metric.ts'
import { MonitorServer } from '../../monitor/monitor-server.ts'
import { ProcessMetrics } from '../../monitor/process-metrics.ts'
import { renderPrometheusText } from '../../monitor/prometheus-text.ts'
import type { RequestDispatcher } from '../../remoting/index.ts'
import type { TimerMessageStore } from '../../store/timer/timer-message-store.ts'
import type { MessageStore } from '../../store/types.ts'
import type { Consumption } from '../consumption.ts'
import type { BrokerOuterApi } from '../out/broker-outer-api.ts'
import type { PopConsumption } from '../pop-consumption.ts'
import type { BrokerStatsManager } from '../stats/broker-stats-manager.ts'
import type { SubscriptionGroupManager } from '../subscription/subscription-group-manager.ts'
import type { TopicConfigManager } from '../topic/topic-config-manager.ts'
import type { Transactions } from '../transactions.ts'
import { BrokerHealth } from './broker-health.ts'
import { connectionMetrics } from './connection-metrics.ts'
import { ConsumerLagCalculator } from './consumer-lag-calculator.ts'
import { LagSubscriptions } from './lag-subscriptions.ts'
import { lagMetrics } from './lag-metrics.ts'
import { parseMetricsLabel } from './metrics-label.ts'
import { popMetrics } from './pop-metrics.ts'
import { replicationMetrics } from './replication-metrics.ts'
import { RpcLatency } from './rpc-latency.ts'
import { storeMetrics } from './store-metrics.ts'

export interface BrokerMetricsDeps {
  readonly configs: Configs<typeof BROKER_TABLES>
  readonly dispatcher: RequestDispatcher
  readonly messageStore: MessageStore
  /** undefined without a timer wheel. */
  readonly timerMessageStore: TimerMessageStore | undefined
  readonly topicConfigManager: TopicConfigManager
  readonly subscriptionGroupManager: SubscriptionGroupManager
  readonly consumption: Pick<
    Consumption,
    'consumerFilterManager' | 'consumerManager' | 'consumerOffsetManager' | 'producerManager'
  >
  readonly popConsumption: PopConsumption
  readonly transactions: Pick<Transactions, 'metrics'>
  readonly brokerStatsManager: Pick<BrokerStatsManager, 'messages'>
  readonly brokerOuterApi: Pick<BrokerOuterApi, 'registrations'>
  /** The machine's address, for the port of the metrics. */
  readonly machineAddress: string
  readonly clock: Clock
  readonly fileSystem: FileSystem
  readonly logger: Logger
}

const METER_NAME = 'broker-meter'
/** Apache's names of request queues, and the groups of processors that stand for them; others have no queue here. */
const WATERMARKS: Readonly<Record<string, string | undefined>> = {
  send: 'SendMessage',
  async_put: undefined,
  pull: undefined,
  ack: 'AckMessage',
  query_message: undefined,
  client_manager: undefined,
  heartbeat: undefined,
  lite_pull: undefined,
  transaction: 'EndTransaction',
  consumer_manager: undefined,
  admin: 'AdminBroker',
  reply: 'ReplyMessage',
}

/**
 * The broker's metrics, as Prometheus text under Apache's names, and its health. Without metricsExporterType=PROM and
 * healthEndpointPort nothing is measured that costs anything, and no port is opened.
 *
 * Apache: broker.metrics.BrokerMetricsManager
 */
export class BrokerMetricsManager {
  /** To be started before the store and stopped after all others: health is asked for while a broker recovers. */
  readonly endpoints: Service
  readonly #deps: BrokerMetricsDeps
  readonly #labels: Labels
  readonly #lags: ConsumerLagCalculator
  readonly #process = new ProcessMetrics()
  readonly #rpcLatency: RpcLatency
  readonly #servers: MonitorServer[] = []
  #isServing = false

  constructor(deps: BrokerMetricsDeps) {
    const { configs, consumption, popConsumption, dispatcher, clock } = deps
    const { broker } = configs
    this.#deps = deps
    this.#labels = {
      otel_scope_name: METER_NAME,
      ...parseMetricsLabel(broker.metricsLabel),
      cluster: broker.brokerClusterName,
      node_id: broker.brokerName,
      node_type: 'broker',
    }
    const { consumerManager, consumerOffsetManager, consumerFilterManager } = consumption
    const ofBroker = { ...deps, brokerConfig: broker }
    this.#lags = new ConsumerLagCalculator({
      ...ofBroker,
      subscriptions: new LagSubscriptions({ ...ofBroker, consumerManager, consumerFilterManager }),
      consumerOffsetManager,
      pops: popConsumption,
    })
    this.#rpcLatency = new RpcLatency(clock)
    if (broker.metricsExporterType === 'PROM') {
      dispatcher.registerAnswerListener(this.#rpcLatency)
      this.#servers.push(this.#promServer())
    }
    if (configs.monitor.healthEndpointPort >= 0) this.#servers.push(this.#healthServer())
    const hasMetrics = broker.metricsExporterType === 'PROM'
    const services = hasMetrics ? [this.#process, ...this.#servers] : this.#servers
    this.endpoints = { start: () => startAll(services), stop: () => stopAll(services) }
  }

  /** Where the endpoints listen, that of the metrics first. Only while they do. */
  get ports(): readonly number[] {
    return this.#servers.map(({ port }) => port)
  }

  /** The broker serves its clients from now on, or no longer. */
  setServing(isServing: boolean): void {
    this.#isServing = isServing
  }

  /** Prometheus text. */
  render(): Promise<string> {
    const { metrics: ofProcess } = this.#process
    const sources = [() => ofProcess]
    return renderPrometheusText(
      this.#isServing ? [...this.#sources(), ...sources] : sources,
      this.#labels,
    )
  }

  #sources() {
    const { consumption, popConsumption, brokerStatsManager, topicConfigManager } = this.#deps
    const { producerManager, consumerManager } = consumption
    const isSystemTopic = (topic: string) => topicConfigManager.isSystemTopic(topic)
    return [
      () => this.#brokerMetrics(),
      () => brokerStatsManager.messages.metrics,
      () => [this.#rpcLatency.metric],
      () => connectionMetrics(producerManager, consumerManager),
      async () => lagMetrics(await this.#lags.calculate(), isSystemTopic),
      () => storeMetrics({ ...this.#deps, storeConfig: this.#deps.configs.store }),
      () => replicationMetrics(this.#deps.messageStore.haService, this.#deps.clock),
      () => popMetrics(popConsumption, this.#deps.clock),
    ]
  }

  /** Source: broker.metrics.BrokerMetricsManager#initStatsMetrics, #initTransactionMetrics */
  #brokerMetrics(): readonly Metric[] {
    const { configs, topicConfigManager, subscriptionGroupManager, transactions } = this.#deps
    return [
      gauge('rocketmq_processor_watermark', 'Requests without an answer', () => this.#watermarks()),
      singleGauge(
        'rocketmq_broker_permission',
        'Broker permission',
        () => configs.broker.brokerPermission,
      ),
      singleGauge(
        'rocketmq_topic_number',
        'Active topic number',
        () => topicConfigManager.topicConfigTable.size,
      ),
      singleGauge(
        'rocketmq_consumer_group_number',
        'Active subscription group number',
        () => subscriptionGroupManager.subscriptionGroupTable.size,
      ),
      gauge('rocketmq_half_messages', 'Half messages of all topics', () =>
        [...transactions.metrics.transactionCounts].map(([topic, { count }]) => {
          return { labels: { topic }, value: count }
        }),
      ),
    ]
  }

  #watermarks() {
    const { groups } = this.#deps.dispatcher
    const inFlight = new Map([...groups].map((group) => [group.name, group.inFlight]))
    return Object.entries(WATERMARKS).map(([processor, group]) => {
      return { labels: { processor }, value: (group && inFlight.get(group)) || 0 }
    })
  }

  #promServer(): MonitorServer {
    const { configs, machineAddress } = this.#deps
    const { metricsPromExporterHost, metricsPromExporterPort, brokerIP1 } = configs.broker
    const host = metricsPromExporterHost || brokerIP1 || machineAddress
    return this.#server(host, metricsPromExporterPort, () => this.render())
  }

  #healthServer(): MonitorServer {
    const { monitor, server } = this.#deps.configs
    return this.#server(server.bindAddress, monitor.healthEndpointPort, undefined)
  }

  #server(host: string, port: number, metrics: (() => Promise<string>) | undefined): MonitorServer {
    const { configs, logger } = this.#deps
    const health = new BrokerHealth({
      ...this.#deps,
      brokerConfig: configs.broker,
      storeConfig: configs.store,
      isServing: () => this.#isServing,
    })
    return new MonitorServer({ host, port, health, metrics, logger })
  }
}
