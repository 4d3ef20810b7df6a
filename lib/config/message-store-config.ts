import { join } from 'node:path'
import type { ConfigOf } from './option.ts'
import { INT_MAX, boolean, double, int, long, oneOf, optionalString, string } from './option.ts'

/** Keys, types and defaults of Apache 5.3.3. Apache: store.config.MessageStoreConfig */
export const MESSAGE_STORE_OPTIONS = {
  storePathRootDir: string(({ home }) => join(home, 'store'), {
    important: true,
    text: 'Directory of the store.',
  }),
  storePathCommitLog: optionalString({
    important: true,
    text: 'Directory of the commit log; several, separated by commas, share its files. `commitlog` in the store when not set.',
  }),
  storePathDLedgerCommitLog: optionalString({ important: true }),
  storePathEpochFile: optionalString({ important: true }),
  storePathBrokerIdentity: optionalString({ important: true }),
  readOnlyCommitLogStorePaths: optionalString({
    text: 'Further directories with commit log files, separated by commas, in which no new ones are made.',
  }),
  mappedFileSizeCommitLog: int(1_073_741_824, { min: 1024, text: 'Bytes of a commit log file.' }),
  compactionMappedFileSize: int(104_857_600),
  compactionCqMappedFileSize: int(10_485_760),
  compactionScheduleInternal: int(900_000),
  maxOffsetMapSize: int(104_857_600),
  compactionThreadNum: int(6),
  enableCompaction: boolean(true),
  mappedFileSizeTimerLog: int(104_857_600, { min: 1024, text: 'Bytes of a timer log file.' }),
  timerPrecisionMs: int(1000, {
    min: 1,
    text: 'Milliseconds of a slot of the timer wheel: 100, 200, 500 or 1000, others are rounded down to one of these.',
  }),
  timerRollWindowSlot: int(172_800, {
    text: 'Slots that a timer may be ahead in the wheel; one that is further away is stored again after this time.',
  }),
  timerFlushIntervalMs: int(1000, {
    min: 1,
    text: 'Milliseconds between flushes of the timer files, when something has changed.',
  }),
  timerGetMessageThreadNum: int(3),
  timerPutMessageThreadNum: int(3),
  timerEnableDisruptor: boolean(false),
  timerEnableCheckMetrics: boolean(true, {
    text: 'Count the waiting timers of each topic anew once a day.',
  }),
  timerInterceptDelayLevel: boolean(false),
  timerMaxDelaySec: int(259_200, { text: 'Seconds that a timer message may be ahead at most.' }),
  timerWheelEnable: boolean(true, {
    text: 'Take messages that name a time of delivery.',
  }),
  disappearTimeAfterStart: int(-1, {
    important: true,
    text: 'Milliseconds after the start in which no timer message is delivered.',
  }),
  timerStopEnqueue: boolean(false, { text: 'Do not enter messages into the timer wheel.' }),
  timerCheckMetricsWhen: string('05', {
    text: 'Hours in which the waiting timers are counted anew, as `05` or `05;17`.',
  }),
  timerSkipUnknownError: boolean(false, {
    text: 'Drop timer messages that the store refuses with UNKNOWN_ERROR instead of putting them again.',
  }),
  timerWarmEnable: boolean(false),
  timerStopDequeue: boolean(false, { text: 'Do not deliver timer messages.' }),
  timerEnableRetryUntilSuccess: boolean(false),
  timerCongestNumEachSlot: int(INT_MAX, {
    text: 'Timers of a slot from which on some are refused; from twice as many on all are.',
  }),
  timerMetricSmallThreshold: int(1_000_000, {
    text: 'Topics with so many waiting timers are not counted anew.',
  }),
  timerProgressLogIntervalMs: int(10_000),
  storeType: string('default', {
    important: true,
    supported: ['default'],
    text: 'Kind of the store.',
  }),
  mappedFileSizeConsumeQueue: int(6_000_000, {
    min: 20,
    text: 'Bytes of a consume queue file; rounded up to whole units of 20.',
  }),
  enableConsumeQueueExt: boolean(false, {
    text: 'Keep store time and filter bit map of each message beside the consume queue.',
  }),
  mappedFileSizeConsumeQueueExt: int(50_331_648, {
    text: 'Bytes of each of its files. For new stores only.',
  }),
  mapperFileSizeBatchConsumeQueue: int(13_800_000, {
    text: 'Bytes of a file of a queue of batches (topics with `queue.type=BatchCQ`).',
    min: 46,
  }),
  bitMapLengthConsumeQueueExt: int(64),
  flushIntervalCommitLog: int(500, {
    important: true,
    min: 1,
    text: 'Milliseconds between flushes of the commit log with ASYNC_FLUSH.',
  }),
  commitIntervalCommitLog: int(200, { important: true }),
  maxRecoveryCommitlogFiles: int(30),
  diskSpaceWarningLevelRatio: int(90, {
    text: 'Percent of the disk above which no messages are taken; at least 35, at most 90.',
  }),
  diskSpaceCleanForciblyRatio: int(85, {
    text: 'Percent of the disk above which files are removed before they expire; at least 30, at most 85.',
  }),
  useReentrantLockWhenPutMessage: boolean(true),
  flushCommitLogTimed: boolean(true, { important: true }),
  flushIntervalConsumeQueue: int(1000, {
    min: 1,
    text: 'Milliseconds between flushes of the consume queues.',
  }),
  cleanResourceInterval: int(10_000, {
    min: 1,
    text: 'Milliseconds between searches for files to remove.',
  }),
  deleteCommitLogFilesInterval: int(100, {
    min: 0,
    text: 'Milliseconds between removals of two commit log files.',
  }),
  deleteConsumeQueueFilesInterval: int(100),
  destroyMapedFileIntervalForcibly: int(120_000),
  redeleteHangedFileInterval: int(120_000),
  deleteWhen: string('04', {
    important: true,
    text: 'Hours of the day, local time, at which files that have expired are removed: `04`, `04;16`.',
  }),
  diskMaxUsedSpaceRatio: int(75, {
    text: 'Percent of the disk above which files that have expired are removed at any hour.',
  }),
  fileReservedTime: int(72, {
    important: true,
    text: 'Hours for which commit log files are kept after they were last written.',
  }),
  deleteFileBatchMax: int(10, {
    important: true,
    min: 1,
    text: 'Commit log files that are removed at a time.',
  }),
  putMsgIndexHightWater: int(600_000),
  maxMessageSize: int(4_194_304, { min: 1, text: 'Bytes of the largest message body.' }),
  maxFilterMessageSize: int(16_000, {
    min: 20,
    text: 'Bytes of consume queue units that one pull looks through.',
  }),
  checkCRCOnRecover: boolean(true, {
    text: 'Check bodies against their CRC when the log is recovered.',
  }),
  flushCommitLogLeastPages: int(4, {
    min: 0,
    text: 'Pages of 4 KiB that a flush of the commit log waits for.',
  }),
  commitCommitLogLeastPages: int(4),
  flushLeastPagesWhenWarmMapedFile: int(4096),
  flushConsumeQueueLeastPages: int(2, {
    min: 0,
    text: 'Pages of 4 KiB that a flush of a consume queue waits for.',
  }),
  flushCommitLogThoroughInterval: int(10_000, {
    min: 1,
    text: 'Milliseconds after which the commit log is flushed however little there is.',
  }),
  commitCommitLogThoroughInterval: int(200),
  flushConsumeQueueThoroughInterval: int(60_000, {
    min: 1,
    text: 'Milliseconds after which consume queues are flushed however little there is.',
  }),
  maxTransferBytesOnMessageInMemory: int(262_144, {
    important: true,
    min: 1,
    text: 'Bytes of one pull from memory.',
  }),
  maxTransferCountOnMessageInMemory: int(32, {
    important: true,
    min: 1,
    text: 'Messages of one pull from memory.',
  }),
  maxTransferBytesOnMessageInDisk: int(65_536, {
    important: true,
    min: 1,
    text: 'Bytes of one pull from disk.',
  }),
  maxTransferCountOnMessageInDisk: int(8, {
    important: true,
    min: 1,
    text: 'Messages of one pull from disk.',
  }),
  accessMessageInMemoryMaxRatio: int(40, {
    important: true,
    min: 0,
    max: 100,
    text: 'Per cent of the memory that the newest messages are taken to occupy.',
  }),
  messageIndexEnable: boolean(true, { important: true, text: 'Keep the index by key.' }),
  maxHashSlotNum: int(5_000_000, { min: 1, text: 'Hash slots of an index file.' }),
  maxIndexNum: int(20_000_000, { min: 1, text: 'Entries of an index file.' }),
  maxMsgsNumBatch: int(64, { min: 1, text: 'Messages that one query by key returns at most.' }),
  messageIndexSafe: boolean(false, { important: true }),
  haListenPort: int(10_912, {
    min: 0,
    max: 65_535,
    text: 'Port for replication; 0: listenPort + 1.',
  }),
  haSendHeartbeatInterval: int(5000, {
    min: 1,
    text: 'Milliseconds without data after which master and slave send each other a heartbeat.',
  }),
  haHousekeepingInterval: int(20_000, {
    min: 1,
    text: 'Milliseconds of silence after which a replication connection is closed.',
  }),
  haTransferBatchSize: int(32_768, {
    min: 1,
    text: 'Bytes of the log that a master sends in one transfer at most.',
  }),
  haMasterAddress: optionalString({
    important: true,
    text: 'Where a slave gets the log, `host:port` of its master. Not set: as the NameServer says.',
  }),
  haMaxGapNotInSync: int(268_435_456, {
    min: 0,
    text: 'Bytes that a slave may be behind and still count as in sync.',
  }),
  brokerRole: oneOf(['ASYNC_MASTER', 'SYNC_MASTER', 'SLAVE'], 'ASYNC_MASTER', {
    important: true,
    text: 'Role of the broker: a master that waits for its slaves (see inSyncReplicas) or does not, or a slave.',
  }),
  flushDiskType: oneOf(['SYNC_FLUSH', 'ASYNC_FLUSH'], 'ASYNC_FLUSH', {
    important: true,
    text: 'Answer a send when it is in the page cache, or when it is on the disk.',
  }),
  syncFlushTimeout: int(5000, {
    min: 1,
    text: 'Milliseconds that a send waits for the disk with SYNC_FLUSH.',
  }),
  putMessageTimeout: int(8000),
  slaveTimeout: int(3000, {
    min: 1,
    text: 'Milliseconds that a send waits for slaves with SYNC_MASTER.',
  }),
  messageDelayLevel: string('1s 5s 10s 30s 1m 2m 3m 4m 5m 6m 7m 8m 9m 10m 20m 30m 1h 2h', {
    text: 'Delays of the levels 1, 2, ...: numbers with s, m, h or d. Read at the start; messages that wait then keep their times.',
  }),
  flushDelayOffsetInterval: long(10_000, {
    min: 1,
    text: 'Milliseconds between writes of delayOffset.json.',
  }),
  cleanFileForciblyEnable: boolean(true, {
    important: true,
    text: 'Remove files before they expire when the disk is nearly full.',
  }),
  warmMapedFileEnable: boolean(false),
  offsetCheckInSlave: boolean(false, {
    text: 'Correct offsets of pulls on a slave too, where they do not fit its queue.',
  }),
  debugLockEnable: boolean(false),
  duplicationEnable: boolean(false),
  diskFallRecorded: boolean(true),
  osPageCacheBusyTimeOutMills: long(1000, {
    min: 1,
    text: 'Milliseconds that a write may take before sends are answered SYSTEM_BUSY.',
  }),
  defaultQueryMaxNum: int(32, {
    text: 'Messages that a query by unique key returns at most.',
  }),
  transientStorePoolEnable: boolean(false, {
    important: true,
    text: 'Changes nothing: a message is in the page cache before it is acknowledged, which is more than Apache promises with it.',
  }),
  transientStorePoolSize: int(5),
  fastFailIfNoBufferInStorePool: boolean(false),
  enableDLegerCommitLog: boolean(false, {
    supported: [false],
    text: 'Replicate the commit log by DLedger.',
  }),
  dLegerGroup: optionalString(),
  dLegerPeers: optionalString(),
  dLegerSelfId: optionalString(),
  preferredLeaderId: optionalString(),
  enableBatchPush: boolean(false),
  enableScheduleMessageStats: boolean(true, {
    text: 'Delayed messages are counted in the statistics when they are delivered.',
  }),
  enableLmq: boolean(false, {
    text: 'Light message queues: topics and groups that begin with `%LMQ%` exist by their names; messages get an offset of each that they name in `INNER_MULTI_DISPATCH`. Offsets of groups are then in lmqConsumerOffset.json.',
  }),
  enableMultiDispatch: boolean(false, {
    text: 'Put messages into the further queues that `INNER_MULTI_DISPATCH` names; wanted with enableLmq.',
  }),
  maxLmqConsumeQueueNum: int(20_000),
  enableScheduleAsyncDeliver: boolean(false, {
    text: 'Deliver more delayed messages before those ahead of them are as safe as flushDiskType and brokerRole ask.',
  }),
  scheduleAsyncDeliverMaxPendingLimit: int(2000, {
    text: 'Messages of a delay level, about, that may be on their way at a time with enableScheduleAsyncDeliver.',
  }),
  scheduleAsyncDeliverMaxResendNum2Blocked: int(3, {
    text: 'Changes nothing: a message that the store refuses holds those behind it back at once.',
  }),
  maxBatchDeleteFilesNum: int(50),
  dispatchCqThreads: int(10),
  dispatchCqCacheNum: int(4096),
  enableAsyncReput: boolean(true),
  recheckReputOffsetFromCq: boolean(false),
  maxTopicLength: int(127),
  autoMessageVersionOnTopicLen: boolean(true),
  enabledAppendPropCRC: boolean(false, {
    text: 'Add a CRC of the whole record to the properties of each message.',
  }),
  forceVerifyPropCRC: boolean(false, {
    text: 'Take records without that CRC as damaged when the log is recovered.',
  }),
  travelCqFileNumWhenGetMessage: int(1),
  correctLogicMinOffsetSleepInterval: int(1),
  correctLogicMinOffsetForceInterval: int(300_000),
  mappedFileSwapEnable: boolean(true),
  commitLogForceSwapMapInterval: long(43_200_000),
  commitLogSwapMapInterval: long(3_600_000),
  commitLogSwapMapReserveFileNum: int(100),
  logicQueueForceSwapMapInterval: long(43_200_000),
  logicQueueSwapMapInterval: long(3_600_000),
  cleanSwapedMapInterval: long(300_000),
  logicQueueSwapMapReserveFileNum: int(20),
  searchBcqByCacheEnable: boolean(true, {
    text: 'Changes nothing: queues of batches are searched without a cache.',
  }),
  dispatchFromSenderThread: boolean(false, { important: true }),
  wakeCommitWhenPutMessage: boolean(true, { important: true }),
  wakeFlushWhenPutMessage: boolean(false, { important: true }),
  enableCleanExpiredOffset: boolean(false, { important: true }),
  maxAsyncPutMessageRequests: int(5000),
  pullBatchMaxMessageCount: int(160),
  totalReplicas: int(1, {
    important: true,
    text: 'With enableSlaveActingMaster: brokers of the group; above 1 a broker registers only when master and slaves are connected. As many count as alive until a NameServer has said how many are.',
  }),
  inSyncReplicas: int(1, {
    important: true,
    min: 1,
    text: 'Replicas, the master included, that must hold a message before SYNC_MASTER answers. 1: it waits for no slave.',
  }),
  minInSyncReplicas: int(1, {
    important: true,
    min: 1,
    text: 'With enableAutoInSyncReplicas: sends are refused when fewer replicas, the master included, are in sync.',
  }),
  allAckInSyncStateSet: boolean(false, { important: true }),
  enableAutoInSyncReplicas: boolean(false, {
    important: true,
    text: 'With enableSlaveActingMaster: wait for fewer replicas than inSyncReplicas when fewer are in sync, but for minInSyncReplicas at least. Without it sends are refused when fewer than inSyncReplicas are.',
  }),
  haFlowControlEnable: boolean(false, {
    important: true,
    text: 'Keep to maxHaTransferByteInSecond.',
  }),
  maxHaTransferByteInSecond: long(104_857_600, {
    min: 1,
    text: 'Bytes a second that a master sends to one slave at most.',
  }),
  haMaxTimeSlaveNotCatchup: long(15_000),
  syncMasterFlushOffsetWhenStartup: boolean(false),
  maxChecksumRange: long(1_073_741_824),
  replicasPerDiskPartition: int(1),
  logicalDiskSpaceCleanForciblyThreshold: double(0.8),
  maxSlaveResendLength: long(268_435_456),
  syncFromLastFile: boolean(false),
  asyncLearner: boolean(false),
  maxConsumeQueueScan: int(20_000, {
    text: 'Units of a queue that are looked at to guess how many messages a filter lets pass.',
  }),
  sampleCountThreshold: int(5000, {
    text: 'The same, of units that the filter lets pass.',
  }),
  coldDataFlowControlEnable: boolean(false, {
    text: 'Hold back groups that read much cold data: what lies further from the end of the log than accessMessageInMemoryHotRatio says.',
  }),
  coldDataScanEnable: boolean(false, {
    text: 'Count the bytes that are read from the disk for cold data, in place of the bytes of cold messages.',
  }),
  dataReadAheadEnable: boolean(true, {
    text: 'Read 256 KiB of the log where one message is wanted from the disk. Off: the message alone.',
  }),
  timerColdDataCheckIntervalMs: int(60_000),
  sampleSteps: int(32),
  accessMessageInMemoryHotRatio: int(26, {
    text: "Percent of the machine's memory: so much of the end of the log is not cold.",
  }),
  enableBuildConsumeQueueConcurrently: boolean(false),
  batchDispatchRequestThreadPoolNums: int(16),
  cleanRocksDBDirtyCQIntervalMin: long(60),
  statRocksDBCQIntervalSec: long(10),
  memTableFlushIntervalMs: long(3_600_000),
  realTimePersistRocksDBConfig: boolean(true),
  enableRocksDBLog: boolean(false),
  topicQueueLockNum: int(32),
  readUnCommitted: boolean(false),
  putConsumeQueueDataByFileChannel: boolean(true),
  rocksdbCQDoubleWriteEnable: boolean(false),
  bottomMostCompressionTypeForConsumeQueueStore: string('zstd'),
  rocksdbCompressionType: string('lz4'),
  rocksdbFlushWalFrequency: int(1024),
  rocksdbWalFileRollingThreshold: long(1_073_741_824),
  spinLockCollisionRetreatOptimalDegree: int(1000),
  useABSLock: boolean(false),
}

export type MessageStoreConfig = ConfigOf<typeof MESSAGE_STORE_OPTIONS>
