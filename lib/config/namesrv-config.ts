import { join } from 'node:path'
import type { ConfigOf } from './option.ts'
import { boolean, int, long, optionalString, string } from './option.ts'

/** Keys, types and defaults of Apache 5.3.3. Apache: common.namesrv.NamesrvConfig */
export const NAMESRV_OPTIONS = {
  rocketmqHome: optionalString(
    { text: 'Where pid files are written; the environment variable ROCKETMQ_HOME when not set.' },
    ({ environment }) => environment.ROCKETMQ_HOME,
  ),
  kvConfigPath: string(({ home }) => join(home, 'namesrv', 'kvConfig.json'), {
    text: 'File of the KV configuration.',
  }),
  configStorePath: string(({ home }) => join(home, 'namesrv', 'namesrv.properties'), {
    text: 'Where a changed configuration is written when there is no `-c`.',
  }),
  productEnvName: string('center'),
  clusterTest: boolean(false),
  orderMessageEnable: boolean(false, {
    text: 'Give clients the order configuration of topics with their routes.',
  }),
  returnOrderTopicConfigToBroker: boolean(true, {
    text: 'Give brokers the order configuration of topics when they register.',
  }),
  clientRequestThreadPoolNums: int(8),
  defaultThreadPoolNums: int(16),
  clientRequestThreadPoolQueueCapacity: int(50_000, {
    min: 1,
    text: 'Route requests without an answer; more are refused.',
  }),
  defaultThreadPoolQueueCapacity: int(10_000, {
    min: 1,
    text: 'Other requests without an answer; more are refused.',
  }),
  scanNotActiveBrokerInterval: long(5000, {
    min: 1,
    text: 'Milliseconds between scans for brokers that have fallen silent.',
  }),
  unRegisterBrokerQueueCapacity: int(3000, {
    min: 1,
    text: 'Brokers that may wait to be unregistered.',
  }),
  supportActingMaster: boolean(false, {
    text: 'Let the slave with the smallest id stand in for a missing master.',
  }),
  enableAllTopicList: boolean(true, { text: 'Answer GET_ALL_TOPIC_LIST_FROM_NAMESERVER.' }),
  enableTopicList: boolean(true, { text: 'Answer the other topic lists.' }),
  notifyMinBrokerIdChanged: boolean(false, {
    text: 'Tell brokers when the smallest broker id of their name changes.',
  }),
  enableControllerInNamesrv: boolean(false, {
    supported: [false],
    text: 'Run a controller in the NameServer process.',
  }),
  needWaitForService: boolean(false, {
    text: 'Refuse route requests for waitSecondsForService after the start.',
  }),
  waitSecondsForService: int(45, { min: 0, text: 'Seconds for needWaitForService.' }),
  deleteTopicWithBrokerRegistration: boolean(false, {
    text: 'Forget topics that a broker no longer registers.',
  }),
  configBlackList: string('configBlackList;configStorePath;kvConfigPath', {
    text: 'Keys that UPDATE_NAMESRV_CONFIG refuses, joined by `;`.',
  }),
}

export type NamesrvConfig = ConfigOf<typeof NAMESRV_OPTIONS>
