import type { Clock } from '../../common/clock.ts'
import type { FileSystem } from '../../common/file-system.ts'
import type { Logger } from '../../common/logger.ts'
import { type Service, startAll, stopAll } from '../../common/service.ts'
import type { Configs } from '../../config/load.ts'
import type { BROKER_TABLES } from '../../config/tables.ts'
import {
  gauge,
  type Labels,
  type Metric,
  type MetricSource,
  singleGauge,
} from '../../monitor/metric.ts'
import { MonitorServer } from '../../monitor/monitor-server.ts'
import type { PeriodicMetricReader } from '../../monitor/otlp/periodic-metric-reader.ts'
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
 * The broker's metrics under Apache's names, as Prometheus text or sent to a collector, and its health. Without
 * metricsExporterType and healthEndpointPort nothing is measured that costs anything, and no port is opened.
 *
 * Apache: broker.metrics.BrokerMetricsManager
 */
export class BrokerMetricsManager implements Service {
  /** To be started before the store and stopped after all others: health is asked for while a broker recovers. */
  readonly endpoints: Service
  readonly #deps: BrokerMetricsDeps
  readonly #labels: Labels
  readonly #lags: ConsumerLagCalculator
  readonly #process: ProcessMetrics
  readonly #rpcLatency: RpcLatency
  readonly #servers: MonitorServer[] = []
  #reader: PeriodicMetricReader | undefined
  #isServing = false

  constructor(deps: BrokerMetricsDeps) {
    const { configs, consumption, popConsumption, dispatcher, clock } = deps
    const { broker } = configs
    this.#deps = deps
    this.#labels = {
      ...parseMetricsLabel(broker.metricsLabel),
      ...(broker.metricsInDelta && { aggregation: 'delta' }),
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
    this.#process = new ProcessMetrics(clock)
    this.#rpcLatency = new RpcLatency(clock)
    const hasMetrics = broker.metricsExporterType !== 'DISABLE'
    if (hasMetrics) dispatcher.registerAnswerListener(this.#rpcLatency)
    if (broker.metricsExporterType === 'PROM') this.#servers.push(this.#promServer())
    if (configs.monitor.healthEndpointPort >= 0) this.#servers.push(this.#healthServer())
    const services = hasMetrics ? [this.#process, ...this.#servers] : this.#servers
    this.endpoints = {
      start: async () => {
        this.#reader = await this.#metricReader()
        await startAll(services)
      },
      stop: () => stopAll(services),
    }
  }

  /** Where the endpoints listen, that of the metrics first. Only while they do. */
  get ports(): readonly number[] {
    return this.#servers.map(({ port }) => port)
  }

  /** The last of a broker to start: it serves its clients from now on. */
  async start(): Promise<void> {
    this.#isServing = true
    await this.#reader?.start()
  }

  /** The first to stop, so that the last export tells of all. */
  async stop(): Promise<void> {
    await this.#reader?.stop()
    this.#isServing = false
  }

  /** Prometheus text. */
  render(): Promise<string> {
    const labels = { otel_scope_name: METER_NAME, ...this.#labels }
    return renderPrometheusText(this.#sources(), labels)
  }

  /** While the broker does not serve, only what is known of the process. */
  #sources(): readonly MetricSource[] {
    const { metrics: ofProcess } = this.#process
    return this.#isServing ? [...this.#brokerSources(), () => ofProcess] : [() => ofProcess]
  }

  #brokerSources(): readonly MetricSource[] {
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

  /** What sends metrics, loaded only where that is wanted. */
  async #metricReader(): Promise<PeriodicMetricReader | undefined> {
    const { configs, clock, logger } = this.#deps
    const { metricsExporterType } = configs.broker
    if (metricsExporterType !== 'OTLP_GRPC' && metricsExporterType !== 'LOG') return undefined
    const { createMetricReader } = await import('./metric-reader.ts')
    return createMetricReader({
      brokerConfig: configs.broker,
      scope: METER_NAME,
      labels: this.#labels,
      sources: () => this.#sources(),
      clock,
      logger,
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
