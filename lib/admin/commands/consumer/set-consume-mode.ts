import { SetMessageRequestModeRequestBody } from '../../../../codec/body/query-assignment.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { defineCommand } from '../../command.ts'
import { choice, integer, required, text } from '../../option.ts'
import { BROKER_OPTIONS, onMasters, ONE_OF_BROKER_OPTIONS } from '../../targets.ts'

/** Apache: tools.command.consumer.SetConsumeModeSubCommand */
export const setConsumeMode = defineCommand({
  name: 'setConsumeMode',
  text: 'Says whether the consumers of a group pull or pop.',
  options: {
    ...BROKER_OPTIONS,
    topicName: required(text('t', 'TOPIC', 'topic')),
    groupName: required(text('g', 'GROUP', 'consumer group')),
    mode: required(choice('m', ['PULL', 'POP'], 'how they get messages')),
    popShareQueueNum: integer('q', 'NUMBER', 'with POP: consumers to a queue; 0, all, by default'),
  },
  oneOf: ONE_OF_BROKER_OPTIONS,
  async run(context, values) {
    const { admin, output } = context
    const { topicName: topic, groupName: consumerGroup, mode, popShareQueueNum = 0 } = values
    const setting = { topic, consumerGroup, mode, popShareQueueNum }
    const body = SetMessageRequestModeRequestBody.encode(setting)
    await onMasters(context, values, async (broker) => {
      await admin.invoke(broker, { code: RequestCode.SET_MESSAGE_REQUEST_MODE, body })
      output.print({ broker, ...setting }, [`set consume mode to ${broker} success.`])
    })
    output.print(setting, [
      `topic[${topic}] group[${consumerGroup}] consume mode[${mode}] ` +
        `popShareQueueNum[${popShareQueueNum}]`,
    ])
  },
})
