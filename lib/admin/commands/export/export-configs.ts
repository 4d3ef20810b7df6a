import { RequestCode } from '../../../../codec/request-code.ts'
import { parseProperties } from '../../../config/properties.ts'
import { fetchBrokers, MASTER_ID } from '../../cluster.ts'
import { defineCommand } from '../../command.ts'
import type { MqAdminClient } from '../../mq-admin-client.ts'
import { required, text } from '../../option.ts'
import { exportJson, FILE_PATH } from './export-file.ts'

/** Source: tools.command.export.ExportConfigsCommand#needBrokerProprties */
const WANTED = [
  'brokerClusterName',
  'brokerId',
  'brokerName',
  'brokerRole',
  'fileReservedTime',
  'filterServerNums',
  'flushDiskType',
  'maxMessageSize',
  'messageDelayLevel',
  'msgTraceTopicName',
  'slaveReadEnable',
  'traceOn',
  'traceTopicEnable',
  'useTLS',
  'autoCreateTopicEnable',
  'autoCreateSubscriptionGroup',
] as const

/** Apache: tools.command.export.ExportConfigsCommand */
export const exportConfigs = defineCommand({
  name: 'exportConfigs',
  text: 'Writes the size of a cluster and the main settings of its masters into a file.',
  options: { clusterName: required(text('c', 'NAME', 'cluster')), filePath: FILE_PATH },
  async run(context, { clusterName, filePath }) {
    const { admin } = context
    const brokerConfigs: Record<string, Record<string, string>> = {}
    const clusterScale = {
      namesrvSize: admin.namesrvAddrs.length,
      masterBrokerSize: 0,
      slaveBrokerSize: 0,
    }
    for (const { brokerName, brokerAddrs } of await fetchBrokers(admin, clusterName)) {
      const master = brokerAddrs.get(MASTER_ID)
      if (master === undefined) continue
      brokerConfigs[brokerName] = await fetchSettings(admin, master)
      clusterScale.masterBrokerSize++
      clusterScale.slaveBrokerSize += brokerAddrs.size - 1
    }
    exportJson(context, filePath, 'configs.json', { brokerConfigs, clusterScale })
  },
})

async function fetchSettings(
  admin: MqAdminClient,
  address: string,
): Promise<Record<string, string>> {
  const { body } = await admin.invoke(address, { code: RequestCode.GET_BROKER_CONFIG })
  const settings = parseProperties(body?.toString('utf8') ?? '')
  const pairs = WANTED.map((key) => [key, settings.get(key)] as const)
  return Object.fromEntries(
    pairs.flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  )
}
