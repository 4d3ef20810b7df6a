import {
  SubscriptionGroupConfig,
  SubscriptionGroupList,
} from '../../../../codec/body/subscription-group-config.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { defineCommand } from '../../command.ts'
import { readJsonList } from '../../json-file.ts'
import { required, text } from '../../option.ts'
import { BROKER_OPTIONS, onMasters, ONE_OF_BROKER_OPTIONS } from '../../targets.ts'

/** Apache: tools.command.consumer.UpdateSubGroupListSubCommand */
export const updateSubGroupList = defineCommand({
  name: 'updateSubGroupList',
  text: 'Creates or changes the consumer groups of a file.',
  options: {
    ...BROKER_OPTIONS,
    filename: required(text('f', 'FILE', 'a JSON list: [{"groupName":"G","retryMaxTimes":3,...}]')),
  },
  oneOf: ONE_OF_BROKER_OPTIONS,
  async run(context, values) {
    const { admin, output, fileSystem } = context
    const groupConfigList = readJsonList(fileSystem, values.filename, SubscriptionGroupConfig)
    const body = SubscriptionGroupList.encode({ groupConfigList })
    const kind = values.brokerAddr === undefined ? 'subscription group' : 'group'
    await onMasters(context, values, async (broker) => {
      const code = RequestCode.UPDATE_AND_CREATE_SUBSCRIPTIONGROUP_LIST
      await admin.invoke(broker, { code, body })
      output.print({ broker, groups: groupConfigList.map(({ groupName }) => groupName) }, [
        `submit batch of ${kind} config to ${broker} success, please check the result later.`,
      ])
    })
  },
})
