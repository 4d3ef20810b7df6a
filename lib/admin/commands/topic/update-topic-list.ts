import { CreateTopicListRequestBody, TopicConfig } from '../../../../codec/body/topic-config.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { defineCommand } from '../../command.ts'
import { readJsonList } from '../../json-file.ts'
import { required, text } from '../../option.ts'
import { BROKER_OPTIONS, onMasters, ONE_OF_BROKER_OPTIONS } from '../../targets.ts'

/** Apache: tools.command.topic.UpdateTopicListSubCommand */
export const updateTopicList = defineCommand({
  name: 'updateTopicList',
  text: 'Creates or changes the topics of a file.',
  options: {
    ...BROKER_OPTIONS,
    filename: required(text('f', 'FILE', 'a JSON list: [{"topicName":"T","readQueueNums":8,...}]')),
  },
  oneOf: ONE_OF_BROKER_OPTIONS,
  async run(context, values) {
    const { admin, output, fileSystem } = context
    const topicConfigList = readJsonList(fileSystem, values.filename, TopicConfig)
    const body = CreateTopicListRequestBody.encode({ topicConfigList })
    await onMasters(context, values, async (broker) => {
      await admin.invoke(broker, { code: RequestCode.UPDATE_AND_CREATE_TOPIC_LIST, body })
      output.print({ broker, topics: topicConfigList.map(({ topicName }) => topicName) }, [
        `submit batch of topic config to ${broker} success, please check the result later.`,
      ])
    })
  },
})
