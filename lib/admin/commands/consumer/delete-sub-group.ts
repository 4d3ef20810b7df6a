import { DeleteSubscriptionGroupRequestHeader } from '../../../../codec/header/delete-subscription-group.ts'
import { DeleteTopicFromNamesrvRequestHeader } from '../../../../codec/header/delete-topic.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { deleteTopicInBroker } from '../../broker-calls.ts'
import { fetchMasterAndSlaveAddrs } from '../../cluster.ts'
import { type AdminContext, defineCommand } from '../../command.ts'
import { retryTopicOf } from '../../consumer-calls.ts'
import { deleteOrderConf } from '../../kv-config.ts'
import type { MqAdminClient } from '../../mq-admin-client.ts'
import { required, text, truth } from '../../option.ts'
import { BROKER_OPTIONS, ONE_OF_BROKER_OPTIONS, onEach, onMasters } from '../../targets.ts'

/** Source: common.MixAll#DLQ_GROUP_TOPIC_PREFIX */
const DLQ_GROUP_TOPIC_PREFIX = '%DLQ%'

/** Apache: tools.command.consumer.DeleteSubscriptionGroupCommand */
export const deleteSubGroup = defineCommand({
  name: 'deleteSubGroup',
  text: 'Deletes a consumer group; in a cluster also its retry and dead letter topics.',
  options: {
    ...BROKER_OPTIONS,
    groupName: required(text('g', 'GROUP', 'consumer group')),
    removeOffset: truth('r', 'whether its offsets go too; false by default'),
  },
  oneOf: ONE_OF_BROKER_OPTIONS,
  async run(context, values) {
    const { admin, output } = context
    const { brokerAddr, clusterName = '', groupName, removeOffset = false } = values
    const done = { deleted: groupName, clusterName, removeOffset }
    if (brokerAddr !== undefined) {
      await deleteGroup(admin, brokerAddr, groupName, removeOffset)
      output.print({ ...done, clusterName: undefined, broker: brokerAddr }, [
        `delete subscription group [${groupName}] from broker [${brokerAddr}] success.`,
      ])
      return
    }
    await onMasters(context, { clusterName }, async (master) => {
      await deleteGroup(admin, master, groupName, removeOffset)
      output.print({ ...done, broker: master }, [
        `delete subscription group [${groupName}] from broker [${master}] ` +
          `in cluster [${clusterName}] success.`,
      ])
    })
    await deleteTopicOfGroup(context, clusterName, retryTopicOf(groupName))
    await deleteTopicOfGroup(context, clusterName, DLQ_GROUP_TOPIC_PREFIX + groupName)
  },
})

async function deleteGroup(
  admin: MqAdminClient,
  address: string,
  groupName: string,
  cleanOffset: boolean,
): Promise<void> {
  const header = DeleteSubscriptionGroupRequestHeader.encode({ groupName, cleanOffset })
  await admin.invoke(address, { code: RequestCode.DELETE_SUBSCRIPTIONGROUP, header })
}

/** Apache: tools.admin.DefaultMQAdminExtImpl#deleteTopic */
async function deleteTopicOfGroup(
  context: AdminContext,
  clusterName: string,
  topic: string,
): Promise<void> {
  const { admin } = context
  const addresses = await fetchMasterAndSlaveAddrs(admin, clusterName)
  await onEach(context, addresses, (address) => deleteTopicInBroker(admin, address, topic))
  const header = DeleteTopicFromNamesrvRequestHeader.encode({ topic })
  await admin.invokeAllNamesrvs({ code: RequestCode.DELETE_TOPIC_IN_NAMESRV, header })
  await deleteOrderConf(admin, topic)
}
