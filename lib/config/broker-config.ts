import type { ConfigOf } from './option.ts'
import { INT_MAX, boolean, int, long, oneOf, optionalString, string } from './option.ts'

/** Keys, types and defaults of Apache 5.3.3. Apache: common.BrokerConfig, common.BrokerIdentity */
export const BROKER_OPTIONS = {
  brokerConfigPath: optionalString(),
  rocketmqHome: optionalString(
    {
      text: 'Where pid files are written, and the accounts of aclEnable lie; the environment variable ROCKETMQ_HOME when not set.',
    },
    ({ environment }) => environment.ROCKETMQ_HOME,
  ),
  namesrvAddr: optionalString(
    {
      important: true,
      text: 'NameServers to register with, `host:port` joined by `;`. NAMESRV_ADDR when not set.',
    },
    ({ environment }) => environment.NAMESRV_ADDR,
  ),
  listenPort: int(6888, { important: true, min: 0, max: 65_535 }),
  brokerIP1: optionalString({
    important: true,
    text: 'Address that clients are given. Not set: the one by which each client reaches this machine.',
  }),
  brokerIP2: optionalString({
    text: 'Address that slaves are given for replication. Not set: as brokerIP1.',
  }),
  recoverConcurrently: boolean(false, { important: true }),
  brokerPermission: int(6, {
    min: 0,
    max: 7,
    text: 'Permission of the whole broker: 2 write, 4 read.',
  }),
  defaultTopicQueueNums: int(8, {
    min: 1,
    text: 'Queues of the topic TBW102, the upper bound for topics made automatically.',
  }),
  autoCreateTopicEnable: boolean(true, {
    important: true,
    text: 'Create a topic at the first message to it, with the settings of TBW102.',
  }),
  clusterTopicEnable: boolean(true, { text: 'Keep a topic with the name of the cluster.' }),
  brokerTopicEnable: boolean(true, { text: 'Keep a topic with the name of the broker.' }),
  autoCreateSubscriptionGroup: boolean(true, {
    important: true,
    text: 'Create a consumer group when it is first used.',
  }),
  messageStorePlugIn: string('', {
    supported: [''],
    text: 'Classes before the store, as that of tiered storage: there are none.',
  }),
  msgTraceTopicName: string('RMQ_SYS_TRACE_TOPIC', {
    important: true,
    text: 'Topic for message traces.',
  }),
  traceTopicEnable: boolean(false, {
    important: true,
    text: 'Create the topic for message traces.',
  }),
  sendMessageThreadPoolNums: int((machine) => Math.min(machine.processors, 4)),
  putMessageFutureThreadPoolNums: int((machine) => Math.min(machine.processors, 4)),
  pullMessageThreadPoolNums: int((machine) => 16 + machine.processors * 2),
  litePullMessageThreadPoolNums: int((machine) => 16 + machine.processors * 2),
  ackMessageThreadPoolNums: int(16),
  processReplyMessageThreadPoolNums: int((machine) => 16 + machine.processors * 2),
  queryMessageThreadPoolNums: int((machine) => 8 + machine.processors),
  adminBrokerThreadPoolNums: int(16),
  clientManageThreadPoolNums: int(32),
  consumerManageThreadPoolNums: int(32),
  loadBalanceProcessorThreadPoolNums: int(32),
  heartbeatThreadPoolNums: int((machine) => Math.min(32, machine.processors)),
  recoverThreadPoolNums: int(32),
  endTransactionThreadPoolNums: int((machine) => 8 + machine.processors * 2),
  flushConsumerOffsetInterval: int(5000, {
    min: 1,
    text: 'Milliseconds between writes of consumerOffset.json.',
  }),
  flushConsumerOffsetHistoryInterval: int(60_000),
  rejectTransactionMessage: boolean(false, { important: true, text: 'Refuse half messages.' }),
  fetchNameSrvAddrByDnsLookup: boolean(false, {
    important: true,
    supported: [false],
    text: 'Take namesrvAddr for a name of which each address is a name server.',
  }),
  fetchNamesrvAddrByAddressServer: boolean(false, {
    important: true,
    supported: [false],
    text: 'Ask an address server by HTTP for the name servers.',
  }),
  sendThreadPoolQueueCapacity: int(10_000, {
    min: 1,
    text: 'Sends that may wait at a time; one more is answered SYSTEM_BUSY.',
  }),
  putThreadPoolQueueCapacity: int(10_000),
  pullThreadPoolQueueCapacity: int(100_000, {
    min: 1,
    text: 'Pulls that may wait at a time, without those that are held; one more is answered SYSTEM_BUSY.',
  }),
  litePullThreadPoolQueueCapacity: int(100_000, {
    min: 1,
    text: 'The same for LITE_PULL_MESSAGE.',
  }),
  ackThreadPoolQueueCapacity: int(100_000, { min: 1, text: 'The same for ACK_MESSAGE.' }),
  replyThreadPoolQueueCapacity: int(10_000, { min: 1, text: 'The same for replies.' }),
  queryThreadPoolQueueCapacity: int(20_000, { min: 1, text: 'The same for queries of messages.' }),
  clientManagerThreadPoolQueueCapacity: int(1_000_000),
  consumerManagerThreadPoolQueueCapacity: int(1_000_000),
  heartbeatThreadPoolQueueCapacity: int(50_000),
  endTransactionPoolQueueCapacity: int(100_000, { min: 1, text: 'The same for END_TRANSACTION.' }),
  adminBrokerThreadPoolQueueCapacity: int(10_000, { min: 1, text: 'The same for administration.' }),
  loadBalanceThreadPoolQueueCapacity: int(100_000, {
    min: 1,
    text: 'The same for clients that ask for their queues.',
  }),
  longPollingEnable: boolean(true, {
    text: 'Hold a pull for as long as its client asks when there is nothing to return.',
  }),
  shortPollingTimeMills: long(1000, {
    min: 0,
    text: 'Milliseconds that a pull is held when longPollingEnable is false.',
  }),
  notifyConsumerIdsChangedEnable: boolean(true, {
    text: 'Tell the members of a group when one joins or leaves.',
  }),
  highSpeedMode: boolean(false),
  commercialBaseCount: int(1),
  commercialSizePerMsg: int(4096),
  accountStatsEnable: boolean(true),
  accountStatsPrintZeroValues: boolean(true),
  maxStatsIdleTimeInMinutes: int(-1, {
    text: 'Statistics that nothing was added to for so many minutes are forgotten; -1 keeps them.',
  }),
  transferMsgByHeap: boolean(true),
  regionId: string('DefaultRegion', { text: 'Sent back with each send as MSG_REGION.' }),
  registerBrokerTimeoutMills: int(24_000, {
    min: 1,
    text: 'Milliseconds that a registration at a NameServer may take.',
  }),
  sendHeartbeatTimeoutMillis: int(1000),
  slaveReadEnable: boolean(false, {
    text: 'Suggest reading from a slave when a consumer is far behind.',
  }),
  disableConsumeIfConsumerReadSlowly: boolean(false),
  consumerFallbehindThreshold: long(17_179_869_184),
  brokerFastFailureEnable: boolean(true, {
    text: 'Refuse sends and ends of transactions that wait too long for the disk with SYSTEM_BUSY.',
  }),
  waitTimeMillsInSendQueue: long(200, {
    min: 0,
    text: 'Milliseconds that a send may wait before it is stored.',
  }),
  waitTimeMillsInPullQueue: long(5000),
  waitTimeMillsInLitePullQueue: long(5000),
  waitTimeMillsInHeartbeatQueue: long(31_000),
  waitTimeMillsInTransactionQueue: long(3000, { min: 0, text: 'The same for END_TRANSACTION.' }),
  waitTimeMillsInAckQueue: long(3000),
  waitTimeMillsInAdminBrokerQueue: long(5000),
  startAcceptSendRequestTimeStamp: long(0, {
    min: 0,
    text: 'Refuse sends before this time, milliseconds since 1970.',
  }),
  traceOn: boolean(true, { text: 'Sent back with each send as TRACE_ON: clients may trace.' }),
  enableCalcFilterBitMap: boolean(false, {
    text: 'Note for each message which SQL92 expressions it fulfils; kept with `enableConsumeQueueExt`.',
  }),
  rejectPullConsumerEnable: boolean(false, { text: 'Refuse consumers that pull by themselves.' }),
  expectConsumerNumUseFilter: int(32, {
    text: 'Groups with SQL92 expressions on one topic, from which the size of a bit map follows.',
  }),
  maxErrorRateOfBloomFilter: int(20, { text: 'How often a bit map may be wrong, in percent.' }),
  filterDataCleanTimeSpan: long(86_400_000, {
    text: 'How long the expression of a group without consumers is kept, in milliseconds.',
  }),
  filterSupportRetry: boolean(false, {
    text: 'Filter retry topics by the expression for the topic that a message comes from.',
  }),
  enablePropertyFilter: boolean(false, { text: 'Allow SQL92 subscriptions.' }),
  compressedRegister: boolean(false),
  forceRegister: boolean(true, {
    text: 'Register in each round without asking the NameServer what it knows already.',
  }),
  registerNameServerPeriod: int(30_000, {
    text: 'Milliseconds between registrations; taken as 10 000 to 60 000.',
  }),
  updateNameServerAddrPeriod: int(120_000),
  brokerHeartbeatInterval: int(1000, {
    min: 1,
    text: 'With enableSlaveActingMaster: milliseconds between signs of life to the name servers.',
  }),
  brokerNotActiveTimeoutMillis: long(10_000, {
    min: 1,
    text: 'With enableSlaveActingMaster: milliseconds of silence after which name servers forget the broker.',
  }),
  enableNetWorkFlowControl: boolean(false),
  enableBroadcastOffsetStore: boolean(true, {
    text: 'Keep how far members of broadcasting groups have pulled, for when they change between a proxy and the broker.',
  }),
  broadcastOffsetExpireSecond: long(120, {
    text: 'Seconds after which the offsets of a broadcasting client are forgotten that is gone or came by a proxy.',
  }),
  broadcastOffsetExpireMaxSecond: long(300, {
    text: 'Seconds after which those of a client are forgotten that is there but does not pull.',
  }),
  popPollingSize: int(1024, {
    text: 'Pops of one group and queue that are held at a time; more are answered POLLING_FULL.',
  }),
  popPollingMapSize: int(100_000),
  maxPopPollingSize: long(100_000, {
    text: 'Pops that are held at a time; more are answered POLLING_FULL.',
  }),
  reviveQueueNum: int(8, { min: 1, text: 'Queues of the topic for revived messages of pop.' }),
  reviveInterval: long(1000, {
    min: 1,
    text: 'Milliseconds between looks at the topic for revived messages of pop.',
  }),
  reviveMaxSlow: long(3),
  reviveScanTime: long(10_000, {
    text: 'Milliseconds for which such a look reads at most before it revives.',
  }),
  enableSkipLongAwaitingAck: boolean(false, {
    text: 'Let the progress of revival go past acknowledgements that belong to no pop.',
  }),
  reviveAckWaitMs: long(180_000),
  enablePopLog: boolean(false),
  enablePopBufferMerge: boolean(false, {
    text: 'Keep what is popped in memory for a while and store it only when it is not acknowledged by then.',
  }),
  popCkStayBufferTime: int(10_000, {
    min: 0,
    text: 'Milliseconds for which enablePopBufferMerge keeps it.',
  }),
  popCkStayBufferTimeOut: int(3000, {
    min: 0,
    text: 'Milliseconds before the messages are visible again at which it is stored at the latest.',
  }),
  popCkMaxBufferSize: int(200_000, {
    min: 0,
    text: 'Pops that enablePopBufferMerge keeps at most.',
  }),
  popCkOffsetMaxQueueSize: int(20_000, {
    min: 1,
    text: 'Pops of one queue that may wait for the store; then no more are made of it.',
  }),
  enablePopBatchAck: boolean(false, {
    text: 'Store what enablePopBufferMerge has collected as one message for each pop.',
  }),
  popLongPollingForceNotifyInterval: long(800, {
    text: 'Every so many messages of a queue wake a held pop whatever its filter says; 0: none.',
  }),
  enableNotifyBeforePopCalculateLag: boolean(true),
  enableNotifyAfterPopOrderLockRelease: boolean(true, {
    text: 'Wake held pops when a queue that was popped in order opens again.',
  }),
  initPopOffsetByCheckMsgInMem: boolean(true, {
    text: 'A new group that asks for the newest message begins with the oldest while that is in memory.',
  }),
  retrieveMessageFromPopRetryTopicV1: boolean(true, {
    text: 'With enableRetryTopicV2, read the retry topics of before, too.',
  }),
  enableRetryTopicV2: boolean(false, {
    text: 'Call the retry topics of pop %RETRY%GROUP+TOPIC instead of %RETRY%GROUP_TOPIC.',
  }),
  popFromRetryProbability: int(20, {
    min: 0,
    max: 100,
    text: 'Pops in a hundred that look into the retry topic first.',
  }),
  popConsumerFSServiceInit: boolean(true),
  popConsumerKVServiceLog: boolean(false),
  popConsumerKVServiceInit: boolean(false),
  popConsumerKVServiceEnable: boolean(false, {
    supported: [false],
    text: 'Keep what is popped in a RocksDB. A broker of Apache that had it on keeps its open pops there: let them end before a store changes hands.',
  }),
  popReviveMaxReturnSizePerRead: int(16_384),
  popReviveMaxAttemptTimes: int(16),
  realTimeNotifyConsumerChange: boolean(true, { text: 'Notify a group at once.' }),
  litePullMessageEnable: boolean(true, { text: 'Allow LITE_PULL_MESSAGE.' }),
  syncBrokerMemberGroupPeriod: int(1000, {
    min: 1,
    text: 'With enableSlaveActingMaster: milliseconds between questions to a NameServer which brokers of the group are alive.',
  }),
  loadBalancePollNameServerInterval: long(30_000, {
    min: 1,
    text: 'Milliseconds between requests for the routes of topics that are shared out to clients.',
  }),
  cleanOfflineBrokerInterval: int(30_000),
  serverLoadBalancerEnable: boolean(true, {
    text: 'Share out queues to clients that leave it to the broker; otherwise each of them gets all.',
  }),
  defaultMessageRequestMode: oneOf(['PULL', 'POP'], 'PULL', {
    text: 'How such clients consume where nobody has said it.',
  }),
  defaultPopShareQueueNum: int(-1, {
    text: 'With POP there: how many more consumers share a queue; -1: all pop from all queues.',
  }),
  transactionTimeOut: long(6000, {
    important: true,
    text: 'Age at which the producer of a half message is asked, ms, unless the message sets it.',
  }),
  transactionCheckMax: int(15, {
    important: true,
    text: 'A half message that was asked about so often goes to TRANS_CHECK_MAX_TIME_TOPIC.',
  }),
  transactionCheckInterval: long(30_000, {
    important: true,
    text: 'Between checks of the half messages, ms.',
  }),
  transactionMetricFlushInterval: long(3000, {
    text: 'Between writes of transactionMetrics, ms.',
  }),
  transactionOpMsgMaxSize: int(4096, { text: 'An op message is written at this size, bytes.' }),
  transactionOpBatchInterval: int(3000, {
    text: 'An op message is written after this time, ms.',
  }),
  aclEnable: boolean(false, {
    important: true,
    text: 'Access control of 4.x by the accounts in `conf/plain_acl.yml` and `conf/acl` of `rocketmqHome` ([security.md](security.md#accounts-of-4x)). Only the start reads it.',
  }),
  storeReplyMessageEnable: boolean(true, {
    text: 'Store replies beside handing them to whom they are for.',
  }),
  enableDetailStat: boolean(true, {
    text: 'Statistics by queue, beside those by topic and group.',
  }),
  autoDeleteUnusedStats: boolean(true, {
    text: 'Statistics of a topic or a group are forgotten when it is deleted.',
  }),
  isolateLogEnable: boolean(false),
  forwardTimeout: long(3000, {
    text: 'How long another broker is waited for that holds a part of a static topic, in ms.',
  }),
  enableSlaveActingMaster: boolean(false, {
    text: 'Of the slaves of a group without a master the one with the smallest id acts as master; a SYNC_MASTER refuses messages when too few replicas are in sync, see enableAutoInSyncReplicas. For all brokers of the group; name servers need supportActingMaster.',
  }),
  enableRemoteEscape: boolean(false, {
    text: 'A slave that acts as master sends what becomes due (delayed, timed, half and popped messages) to other brokers that have the topic.',
  }),
  skipPreOnline: boolean(false, {
    text: 'With enableSlaveActingMaster and totalReplicas above 1: register at once, without taking over what a slave has done in the place of this master.',
  }),
  asyncSendEnable: boolean(true),
  useServerSideResetOffset: boolean(true, {
    text: 'Reset offsets in the broker, at the next pull, instead of asking the clients to.',
  }),
  consumerOffsetUpdateVersionStep: long(500, {
    min: 1,
    text: 'Commits of offsets that make a new version of consumerOffset.json.',
  }),
  delayOffsetUpdateVersionStep: long(200, {
    min: 1,
    text: 'Steps of delay offsets that make a new version of delayOffset.json.',
  }),
  lockInStrictMode: boolean(false, {
    text: 'Lock a queue for an orderly consumer only when most of totalReplicas brokers of the group do.',
  }),
  compatibleWithOldNameSrv: boolean(true, {
    text: 'Ask for the brokers of the group, and give signs of life, by requests that name servers of 4.x know too.',
  }),
  enableControllerMode: boolean(false, {
    supported: [false],
    text: 'Let a controller choose the master.',
  }),
  controllerAddr: string(''),
  fetchControllerAddrByDnsLookup: boolean(false),
  syncBrokerMetadataPeriod: long(5000),
  checkSyncStateSetPeriod: long(5000),
  syncControllerMetadataPeriod: long(10_000),
  controllerHeartBeatTimeoutMills: long(10_000),
  validateSystemTopicWhenUpdateTopic: boolean(true, {
    text: 'Refuse to create or change system topics.',
  }),
  brokerElectionPriority: int(INT_MAX),
  useStaticSubscription: boolean(false, {
    text: 'Metrics of lags: groups want what their configuration says (subscriptionDataSet), not what their members say.',
  }),
  metricsExporterType: oneOf(['DISABLE', 'OTLP_GRPC', 'PROM', 'LOG'], 'DISABLE', {
    text: 'PROM: serve metrics to Prometheus by HTTP; OTLP_GRPC: send them to a collector of OpenTelemetry; LOG: write them into the log. See [operations.md](operations.md).',
  }),
  metricsOtelCardinalityLimit: int(50_000),
  metricsGrpcExporterTarget: string('', {
    text: 'Collector for OTLP_GRPC: `http://host:4317`, or `https://...`, which is meant without either.',
  }),
  metricsGrpcExporterHeader: string('', {
    secret: true,
    text: 'Headers sent to it: `name:value,name:value`.',
  }),
  metricGrpcExporterTimeOutInMills: long(3000, {
    min: 1,
    text: 'Milliseconds that it has for its answer.',
  }),
  metricGrpcExporterIntervalInMills: long(60_000, {
    min: 1,
    text: 'Milliseconds between exports to it.',
  }),
  metricLoggingExporterIntervalInMills: long(10_000, {
    min: 1,
    text: 'Milliseconds between exports with LOG.',
  }),
  metricsPromExporterPort: int(5557, {
    min: 0,
    max: 65_535,
    text: 'Port of the metrics. 0: a free one.',
  }),
  metricsPromExporterHost: string('', {
    text: 'Address that the port of the metrics is opened on. Empty: brokerIP1.',
  }),
  metricsLabel: string('', {
    text: 'Further labels of all metrics: `zone:a,rack:7`.',
  }),
  metricsInDelta: boolean(false, {
    text: 'OTLP_GRPC and LOG tell what has happened since the last export, not since the start.',
  }),
  channelExpiredTimeout: long(120_000, {
    min: 1,
    text: 'Milliseconds of silence after which a client is forgotten.',
  }),
  subscriptionExpiredTimeout: long(600_000, {
    text: 'Milliseconds for which the subscription is remembered that a pull or pop has named.',
  }),
  estimateAccumulation: boolean(true, {
    text: "Metrics of lags: count only messages that a group's filter lets pass, guessed where they are many.",
  }),
  coldCtrStrategyEnable: boolean(false, {
    text: 'Raise and lower the thresholds of groups that read cold data by how much all read.',
  }),
  usePIDColdCtrStrategy: boolean(true, {
    text: 'coldCtrStrategyEnable keeps what all groups read close to 0.8 of globalColdReadThreshold, instead of raising a group that comes to its threshold until all are above that. Read at the start.',
  }),
  cgColdReadThreshold: long(3_145_728, {
    text: 'Bytes of cold data that a group may read in 5 s, see coldDataFlowControlEnable.',
  }),
  globalColdReadThreshold: long(104_857_600, {
    text: 'The same for all groups together.',
  }),
  fetchNamesrvAddrInterval: long(10_000),
  popResponseReturnActualRetryTopic: boolean(false, {
    text: 'Hand out retried messages of pop under the name of the retry topic.',
  }),
  enableSingleTopicRegister: boolean(false),
  enableMixedMessageType: boolean(false, {
    text: 'Allow topics with the attribute message.type=MIXED.',
  }),
  enableSplitRegistration: boolean(false),
  popInflightMessageThreshold: long(10_000, {
    text: 'Messages of a queue that a group may have popped and not acknowledged, see enablePopMessageThreshold.',
  }),
  enablePopMessageThreshold: boolean(false, { text: 'Keep to popInflightMessageThreshold.' }),
  enableFastChannelEventProcess: boolean(false),
  printChannelGroups: boolean(false),
  printChannelGroupsMinNum: int(5),
  splitRegistrationSize: int(800),
  configBlackList: string('configBlackList;brokerConfigPath', {
    text: 'Keys that UPDATE_BROKER_CONFIG refuses, joined by `;`.',
  }),
  skipWhenCKRePutReachMaxTimes: boolean(false, {
    text: 'Give up what cannot be revived after the 17th time.',
  }),
  appendAckAsync: boolean(false),
  appendCkAsync: boolean(false),
  clearRetryTopicWhenDeleteTopic: boolean(true, {
    text: 'Delete the retry topics of pop with their topic.',
  }),
  enableLmqStats: boolean(false),
  configManagerVersion: string('v1'),
  allowRecallWhenBrokerNotWriteable: boolean(true, {
    text: 'Recall messages also while the broker takes none.',
  }),
  recallMessageEnable: boolean(false, { text: 'Producers may recall timer messages.' }),
  enableRegisterProducer: boolean(true, {
    text: 'Keep account of producers even when half messages are refused.',
  }),
  enableCreateSysGroup: boolean(true, {
    text: 'Create consumer groups of the system when they are first used.',
  }),
  brokerName: string((machine) => machine.hostName || 'DEFAULT_BROKER', {
    important: true,
    text: 'Name of the broker: a master and its slaves share it.',
  }),
  brokerClusterName: string('DefaultCluster', { important: true, text: 'Name of the cluster.' }),
  brokerId: long(0, { important: true, min: 0, text: '0 for a master, more for a slave.' }),
}

export type BrokerConfig = ConfigOf<typeof BROKER_OPTIONS>
