import { BROKER_TABLES } from '../../lib/config/tables.ts'
import { ACCESS } from './access.ts'
import { ADMIN_CALLS } from './admin-calls.ts'
import {
  type Command,
  type LeftOut,
  differing,
  same,
  sameBut,
  sameOnce,
  without,
} from './command.ts'

const NO_ROCKSDB = 'there is no RocksDB'

const GROUP_NAMED_AS_TOPIC: LeftOut = {
  lines: /consumerGroup=P,|^P P |^See https:|^MessageTrack /,
  because: 'who consumes a topic (300): Apache names the topic in place of groups that are online',
}
const { lite, newer, limits } = BROKER_TABLES
const OWN_KEYS = Object.keys({ ...lite, ...newer, ...limits })
const KEYS_OF_A_RUN = 'haListenPort|bitMapLengthConsumeQueueExt'
const KEYS_OF_ACCESS = 'authenticationMetadataProvider|authorizationMetadataProvider'
const OWN_BROKER_KEYS: LeftOut = {
  lines: new RegExp(`^\\.?(${KEYS_OF_A_RUN}|${KEYS_OF_ACCESS}|${OWN_KEYS.join('|')})\\b`),
  because:
    'ports are those of a run; 5.3.3 has not got the keys of 5.5.0, nor our limits; what configures access control is not told',
}
const OWN_NAMESRV_KEYS: LeftOut = {
  lines:
    /^(listenPort|channelNot|client|connectTimeout|disable|enableReconnect|isScan|maxReconnect|socksProxy|useTLS|serverMax|serverFrame|serverWrite)\w* = /,
  because:
    'Apache does not tell the options of its client, nor has it our limits; ports are those of a run',
}

const CALLS_LEFT_OUT: readonly (readonly [RegExp, LeftOut])[] = [
  [
    /messageTrackDetail|queryTopicConsumeByWho/,
    { lines: /"consumerGroup":"P"|^\.groupList\[\] = P$/, because: GROUP_NAMED_AS_TOPIC.because },
  ],
  [
    /fetchConsumeStatsInBroker/,
    { lines: /List\[\]|totalInflightDiff/, because: "Apache's 317 leaves pullOffset 0" },
  ],
  [/getBrokerConfig/, OWN_BROKER_KEYS],
  [
    /getConsumerRunningInfo/,
    { lines: /%RETRY%CG/, because: 'the client has its retry queue from its next rebalance on' },
  ],
  [
    /createAcl .*"policies":\[\]/,
    {
      lines: /The body of acl is null/,
      because: 'Apache adds the class and the place in its code',
    },
  ],
  [
    /getNameServerConfig/,
    {
      lines:
        /\.(listenPort|channelNot|client|connectTimeout|disable|enableReconnect|isScan|maxReconnect|socksProxy|useTLS|serverMax|serverFrame|serverWrite)/,
      because: OWN_NAMESRV_KEYS.because,
    },
  ],
  [
    /fetchBrokerRuntimeStats/,
    { lines: /msgGetTotalTodayNow/, because: 'our own tool has read messages of our servers too' },
  ],
]

const USAGE = 'ours ends with the code 2 and its own words'
const CHANGED = 'what it changes is changed then'
const SENDS = 'what is in the topics counts later'
const WRITES = 'it writes into the directory that it is run in'
/** Apache's tool shows its options after some commands that have worked. */
const HELP: LeftOut = {
  lines: /^-\w,--|^usage: |^(org\.\S+ in json|format)$/,
  because: 'ours prints nothing more',
}
const MISSING_KEY: LeftOut = {
  lines: /Exception|^For more information/,
  because: 'Apache prints that there was no orderConf before',
}
const NUMBERS_AS_KEYS: LeftOut = {
  lines: /brokerAddrs|currIdMap|^\d:/,
  because: 'fastjson begins no line for keys that are numbers',
}
const NEW_MAPPING: LeftOut = {
  lines: /mapping data is written/,
  because: 'Apache calls both files the old mapping',
}
const EMPTY_LISTS: LeftOut = {
  lines: /codeSet|tagsSet|^\]$/,
  because: 'the tool of 5.5.0 writes them on two lines, that of 5.3.3 and ours on one',
}
const ALLOCATION: LeftOut = {
  lines: /"result"/,
  because: "Apache's queues have the order of a hash set, ours that of consumers",
}

const CLUSTER: readonly Command[] = [
  same('clusterList'),
  same('clusterList -m'),
  same('clusterList -c CompatCluster'),
  same('brokerStatus -b {broker}'),
  same('brokerStatus -c CompatCluster'),
  same('topicList'),
  same('topicList -c'),
]

const TOPICS: readonly Command[] = [
  same('updateTopic -c CompatCluster -t P -r 4 -w 4'),
  sameBut(MISSING_KEY, 'updateTopic -b {broker} -t Fifo -r 2 -w 2 -o true -a +message.type=FIFO'),
  same('updateTopic -c CompatCluster -t Bad -a +no.such=1'),
  sameOnce(CHANGED, 'updateTopicPerm -c CompatCluster -t Fifo -p 4'),
  sameOnce(CHANGED, 'updateTopicPerm -b {broker} -t Fifo -p 6'),
  sameBut(HELP, 'updateTopicList -c CompatCluster -f {dir}/topics.json'),
  same('@clients'),
  sameBut(NUMBERS_AS_KEYS, 'topicRoute -t P'),
  same('topicRoute -t P -l'),
  same('topicRoute -t Nothing'),
  same('topicStatus -t P'),
  same('topicStatus -t P -c CompatCluster'),
  same('topicClusterList -t P'),
  sameBut(ALLOCATION, 'allocateMQ -t P -i 10.0.0.1,10.0.0.2'),
  same('updateOrderConf -t P -m put -v broker-a:4'),
  same('updateOrderConf -t P -m get'),
  same('updateOrderConf -t P -m delete'),
]

const GROUPS: readonly Command[] = [
  same('updateSubGroup -c CompatCluster -g G1 -q 2 -r 5 -s true'),
  same('updateSubGroup -b {broker} -g G2 -d false -o true'),
  sameBut(HELP, 'updateSubGroupList -c CompatCluster -f {dir}/groups.json'),
  same('getConsumerConfig -g G1'),
  same('getConsumerConfig -g Nobody'),
  same('setConsumeMode -b {broker} -t P -g G1 -m POP -q 2'),
  same('setConsumeMode -c CompatCluster -t P -g G1 -m PULL -q 0'),
  same('consumerProgress -g CG'),
  same('consumerProgress -g CG -t P'),
  same('consumerProgress -g CG -s true'),
  same('consumerProgress'),
  same('consumerProgress -g Nobody'),
  sameOnce(WRITES, 'consumerStatus -g CG'),
  same('consumerStatus -g CG -i {clientId}'),
  same('consumerStatus -g Nobody'),
  same('consumerConnection -g CG'),
  same('consumerConnection -g CG -b {broker}'),
  same('consumerConnection -g Nobody'),
  same('producerConnection -g PG -t P'),
  same('producerConnection -g Nobody -t P'),
  same('producer -b {broker}'),
  same('cloneGroupOffset -s CG -d CG2 -t P -o true'),
  same('brokerConsumeStats -b {broker}'),
  same('brokerConsumeStats -b {broker} -o true'),
]

const MESSAGES: readonly Command[] = [
  without(GROUP_NAMED_AS_TOPIC, 'queryMsgById -t P -i {offsetMsgId3}'),
  without(GROUP_NAMED_AS_TOPIC, 'queryMsgById -t P -i {offsetMsgId3} -g CG -d {clientId}'),
  without(GROUP_NAMED_AS_TOPIC, 'queryMsgById -t P -i 7F00000100002A9F00000000FFFFFFFF'),
  same('queryMsgByKey -t P -k K3'),
  same('queryMsgByKey -t P -k nothing'),
  without(GROUP_NAMED_AS_TOPIC, 'queryMsgByUniqueKey -t P -i {msgId3}'),
  without(GROUP_NAMED_AS_TOPIC, 'queryMsgByUniqueKey -t P -i {msgId3} -a'),
  without(GROUP_NAMED_AS_TOPIC, 'queryMsgByUniqueKey -t P -i {msgId3} -g CG -d {clientId}'),
  without(GROUP_NAMED_AS_TOPIC, 'queryMsgByOffset -t P -b broker-a -i 0 -o 0'),
  without(GROUP_NAMED_AS_TOPIC, 'queryMsgByOffset -t P -b broker-a -i 0 -o 99'),
  same('queryMsgTraceById -i {msgId3}'),
  same('printMsg -t P -d true'),
  same('printMsg -t P -s A -d true'),
  same('printMsgByQueue -t P -a broker-a -i 1 -p true -d true'),
  same('printMsgByQueue -t P -a broker-a -i 1 -f true'),
  same('consumeMessage -t P'),
  same('consumeMessage -t P -b broker-a -i 1 -o 1 -c 2'),
  sameOnce(SENDS, 'sendMessage -t P -p hello -k KS -c A -b broker-a -i 2'),
  sameOnce(SENDS, 'sendMessage -t P -p hello -b broker-a -i 1'),
  sameOnce(SENDS, 'sendMsgStatus -b broker-a -c 2'),
  sameOnce(SENDS, 'checkMsgSendRT -t P -a 3 -s 16'),
  same('queryCq -t P -q 0 -i 0 -c 2 -b {broker}'),
  sameBut(EMPTY_LISTS, 'queryCq -t P -q 0 -i 0 -c 2 -b {broker} -g CG'),
  same('queryCq -t Nothing -q 0 -i 0 -c 2 -b {broker}'),
]

const OFFSETS: readonly Command[] = [
  same('resetOffsetByTime -g CG -t P -s -1'),
  same('resetOffsetByTime -g CG2 -t P -s 0'),
  same('resetOffsetByTime -g CG2 -t P -s 0 -q 1 -b {broker} -o 1'),
  same('skipAccumulatedMessage -g CG2 -t P'),
  same('skipAccumulatedMessage -g CG -t P -f true'),
]

const SETTINGS: readonly Command[] = [
  without(OWN_BROKER_KEYS, 'getBrokerConfig -b {broker}'),
  same('updateBrokerConfig -b {broker} -k longPollingEnable -v false'),
  same('updateBrokerConfig -c CompatCluster -k longPollingEnable -v true'),
  same('updateBrokerConfig -b {broker} -k noSuchKey -v 1'),
  same('updateBrokerConfig -b {broker} -k configBlackList -v x'),
  without(OWN_NAMESRV_KEYS, 'getNamesrvConfig'),
  same('updateNamesrvConfig -k orderMessageEnable -v true'),
  same('updateNamesrvConfig -k kvConfigPath -v /x'),
  same('updateKvConfig -s NS -k a -v b'),
  same('deleteKvConfig -s NS -k a'),
  same('wipeWritePerm -b broker-a'),
  sameBut(NUMBERS_AS_KEYS, 'topicRoute -t P'),
  same('addWritePerm -b broker-a'),
]

const CLEANING: readonly Command[] = [
  same('cleanExpiredCQ -b {broker}'),
  same('cleanExpiredCQ -c CompatCluster'),
  same('deleteExpiredCommitLog -b {broker}'),
  same('cleanUnusedTopic -b {broker}'),
  same('exportMetadata -b {broker} -f {dir}/export'),
  same('exportMetadata -c CompatCluster -f {dir}/export'),
  same('exportConfigs -c CompatCluster -f {dir}/export'),
  same('exportMetrics -c CompatCluster -f {dir}/export'),
  same('exportPopRecord -b {broker}'),
  same('exportPopRecord -c CompatCluster'),
]

const OTHERS: readonly Command[] = [
  same('haStatus -b {broker}'),
  same('haStatus -c CompatCluster'),
  same('getBrokerEpoch -b broker-a'),
  same('resetMasterFlushOffset -b {broker} -o 0'),
  same('getColdDataFlowCtrInfo -b {broker}'),
  same('updateColdDataFlowCtrGroupConfig -b {broker} -g CG -v 1024'),
  same('updateColdDataFlowCtrGroupConfig -c CompatCluster -g G1 -v 2048'),
  same('getColdDataFlowCtrInfo -b {broker}'),
  same('removeColdDataFlowCtrGroupConfig -b {broker} -g CG'),
  same('getColdDataFlowCtrInfo -c CompatCluster'),
  same('removeColdDataFlowCtrGroupConfig -c CompatCluster -g G1'),
  same('setCommitLogReadAheadMode -b {broker} -m 1'),
  sameOnce(USAGE, 'setCommitLogReadAheadMode -b {broker} -m 2'),
  same('setCommitLogReadAheadMode -c CompatCluster -m 0'),
  same('rocksDBConfigToJson -b {broker} -t topics'),
  differing(NO_ROCKSDB, 'checkRocksdbCqWriteProgress -c CompatCluster -n {namesrv} -t P'),
  sameOnce(CHANGED, 'updateStaticTopic -c CompatCluster -t Static -qn 4'),
  sameBut(NUMBERS_AS_KEYS, 'topicRoute -t Static'),
  same('topicStatus -t Static'),
  sameBut(NEW_MAPPING, 'remappingStaticTopic -c CompatCluster -t Static'),
  same('addBroker -c {broker} -b /x'),
  same('removeBroker -c {broker} -b CompatCluster:broker-a:0'),
]

const STATS: readonly Command[] = [
  without(GROUP_NAMED_AS_TOPIC, '@until CG.+17[^\\d]+17 statsAll -a -t P'),
  without(GROUP_NAMED_AS_TOPIC, 'statsAll'),
]

/** What tools beside mqadmin call, Apache's dashboard above all. */
const CALLS: readonly Command[] = ADMIN_CALLS.map((line) => {
  const leftOut = CALLS_LEFT_OUT.find(([calls]) => calls.test(line))?.[1]
  return leftOut === undefined ? same(line) : without(leftOut, line)
})

const DELETIONS: readonly Command[] = [
  same('deleteSubGroup -c CompatCluster -g G1 -r true'),
  same('deleteSubGroup -b {broker} -g G2'),
  same('deleteTopic -c CompatCluster -t Fifo'),
  same('deleteTopic -c CompatCluster -t Nothing'),
  same('topicList'),
]

/** In the order in which they run: each builds on those before it. */
export const COMMANDS: readonly Command[] = [
  ...CLUSTER,
  ...TOPICS,
  ...GROUPS,
  ...MESSAGES,
  ...OFFSETS,
  ...SETTINGS,
  ...CLEANING,
  ...OTHERS,
  ...STATS,
  ...CALLS,
  ...ACCESS,
  ...DELETIONS,
]
