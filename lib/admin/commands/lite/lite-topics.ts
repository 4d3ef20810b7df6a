import {
  GetLiteTopicInfoResponseBody,
  GetParentTopicInfoResponseBody,
} from '../../../../codec/body/lite-info.ts'
import {
  GetLiteTopicInfoRequestHeader,
  GetParentTopicInfoRequestHeader,
} from '../../../../codec/header/lite-info.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { timeMillisToHumanString } from '../../../common/clock.ts'
import { defineCommand } from '../../command.ts'
import { required, text, toggle } from '../../option.ts'
import { frontStringAtLeast, printf } from '../../printf.ts'
import { failureLine, onBrokersOf } from './on-brokers-of.ts'

const PARENT = required(text('p', 'TOPIC', 'parent topic'))
const PARENT_ROW = '%-50s %-8s %-14s %-14s %-100s '
const TOPIC_ROW = '%-50s %-14s %-14s %-30s %-12s %-18s '

/** Apache: tools.command.lite.GetParentTopicInfoSubCommand */
export const getParentTopicInfo = defineCommand({
  name: 'getParentTopicInfo',
  text: 'Shows how many lite topics a topic has.',
  options: { parentTopic: PARENT },
  async run(context, { parentTopic }) {
    const header = GetParentTopicInfoRequestHeader.encode({ topic: parentTopic })
    const answers = await onBrokersOf(context, parentTopic, async (address) => {
      const call = { code: RequestCode.GET_PARENT_TOPIC_INFO, header }
      const { body } = await context.admin.invoke(address, call)
      return GetParentTopicInfoResponseBody.decode(body)
    })
    context.output.print(Object.fromEntries(answers), [
      `Parent Topic Info: [${parentTopic}]`,
      printf(PARENT_ROW, '#Broker Name', '#TTL', '#Lite Count', '#LMQ NUM', '#GROUPS'),
      ...answers.map(([brokerName, info]) => {
        if (info === undefined) return failureLine(brokerName)
        const groups = info.groups === undefined ? null : `[${info.groups.join(', ')}]`
        const name = frontStringAtLeast(brokerName, 40)
        return printf(PARENT_ROW, name, info.ttl, info.liteTopicCount, info.lmqNum, groups)
      }),
    ])
  },
})

/** Apache: tools.command.lite.GetLiteTopicInfoSubCommand */
export const getLiteTopicInfo = defineCommand({
  name: 'getLiteTopicInfo',
  text: 'Shows the offsets of a lite topic, and who subscribes to it.',
  options: {
    parentTopic: PARENT,
    liteTopic: required(text('l', 'NAME', 'lite topic')),
    showClientId: toggle('s', 'with the subscribers'),
  },
  async run(context, { parentTopic, liteTopic, showClientId = false }) {
    const header = GetLiteTopicInfoRequestHeader.encode({ parentTopic, liteTopic })
    const answers = await onBrokersOf(context, parentTopic, async (address) => {
      const call = { code: RequestCode.GET_LITE_TOPIC_INFO, header }
      const { body } = await context.admin.invoke(address, call)
      return GetLiteTopicInfoResponseBody.decode(body)
    })
    const queue = `%LMQ%$${parentTopic}$${liteTopic}`
    context.output.print(Object.fromEntries(answers), [
      `Lite Topic Info: [${parentTopic}] [${liteTopic}] [${queue}]`,
      printf(
        TOPIC_ROW,
        '#Broker Name',
        '#MinOffset',
        '#MaxOffset',
        '#LastUpdate',
        '#Sharding',
        '#SubClientCount',
      ),
      ...answers.flatMap(([brokerName, info]) =>
        info === undefined ? failureLine(brokerName) : topicLines(brokerName, info, showClientId),
      ),
    ])
  },
})

function topicLines(
  brokerName: string,
  { topicOffset, shardingToBroker, subscriber }: GetLiteTopicInfoResponseBody,
  showClientId: boolean,
): string[] {
  const { minOffset, maxOffset, lastUpdateTimestamp } = topicOffset
  const line = printf(
    TOPIC_ROW,
    frontStringAtLeast(brokerName, 40),
    minOffset,
    maxOffset,
    lastUpdateTimestamp > 0 ? timeMillisToHumanString(lastUpdateTimestamp) : '-',
    shardingToBroker,
    subscriber.length,
  )
  const clients = subscriber.map(({ clientId, group }) => `${clientId}@${group}`)
  return showClientId ? [line, `[${clients.join(', ')}]`] : [line]
}
