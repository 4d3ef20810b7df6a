import { parseJson } from '../../../../codec/fastjson.ts'
import { SubscriptionGroupConfig } from '../../../../codec/body/subscription-group-config.ts'
import { parseAttributes } from '../../../../codec/body/topic-attributes.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { defineCommand } from '../../command.ts'
import { describeGroupConfig } from '../../describe-group-config.ts'
import type { OptionValues } from '../../option.ts'
import { integer, required, text, truth } from '../../option.ts'
import { BROKER_OPTIONS, onMasters, ONE_OF_BROKER_OPTIONS } from '../../targets.ts'

const OPTIONS = {
  ...BROKER_OPTIONS,
  groupName: required(text('g', 'GROUP', 'consumer group')),
  consumeEnable: truth('s', 'whether it may consume; true by default'),
  consumeFromMinEnable: truth('m', 'whether it may begin at the first message; false by default'),
  consumeBroadcastEnable: truth('d', 'whether it may broadcast; false by default'),
  consumeMessageOrderly: truth('o', 'whether it consumes in order; false by default'),
  retryQueueNums: integer('q', 'NUMBER', 'queues of its retry topic; 1 by default', 0, 65_535),
  retryMaxTimes: integer('r', 'NUMBER', 'retries of a message; 16 by default', -1, 2 ** 31 - 1),
  groupRetryPolicy: text(
    'p',
    'JSON',
    'when retries come: {"type":"CUSTOMIZED","customizedRetryPolicy":{"next":[1000,5000]}} or ' +
      '{"type":"EXPONENTIAL","exponentialRetryPolicy":{"initial":5000,"max":7200000,"multiplier":2}}',
  ),
  brokerId: integer('i', 'ID', 'broker to consume from; 0, the master, by default'),
  whichBrokerWhenConsumeSlowly: integer('w', 'ID', 'broker for the slow ones; 1 by default'),
  notifyConsumerIdsChanged: truth('a', 'whether members are told of others; true by default'),
  attributes: text(undefined, 'LIST', 'attributes to set and to take away: +a=b,+c=d,-e'),
}

/** Apache: tools.command.consumer.UpdateSubGroupSubCommand */
export const updateSubGroup = defineCommand({
  name: 'updateSubGroup',
  text: 'Creates or changes a consumer group.',
  options: OPTIONS,
  oneOf: ONE_OF_BROKER_OPTIONS,
  async run(context, values) {
    const { admin, output } = context
    const { groupName } = values
    const config = configOf(values)
    const body = SubscriptionGroupConfig.encode(config)
    await onMasters(context, values, async (broker) => {
      await admin.invoke(broker, { code: RequestCode.UPDATE_AND_CREATE_SUBSCRIPTIONGROUP, body })
      const line = `create subscription group to ${broker} success.`
      output.print({ created: groupName, broker }, [line])
    })
    output.print(config, [describeGroupConfig(config)])
  },
})

function configOf(values: OptionValues<typeof OPTIONS>): SubscriptionGroupConfig {
  const { groupRetryPolicy, attributes } = values
  const config = SubscriptionGroupConfig.fromJson({
    groupName: values.groupName,
    consumeEnable: values.consumeEnable ?? null,
    consumeFromMinEnable: values.consumeFromMinEnable ?? false,
    consumeBroadcastEnable: values.consumeBroadcastEnable ?? false,
    consumeMessageOrderly: values.consumeMessageOrderly ?? null,
    retryQueueNums: values.retryQueueNums ?? null,
    retryMaxTimes: values.retryMaxTimes ?? null,
    groupRetryPolicy: groupRetryPolicy === undefined ? null : parseJson(groupRetryPolicy),
    brokerId: values.brokerId ?? null,
    whichBrokerWhenConsumeSlowly: values.whichBrokerWhenConsumeSlowly ?? null,
    notifyConsumerIdsChangedEnable: values.notifyConsumerIdsChanged ?? null,
  })
  return { ...config, attributes: parseAttributes(attributes) }
}
