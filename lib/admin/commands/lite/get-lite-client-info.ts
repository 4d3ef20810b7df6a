import { GetLiteClientInfoResponseBody } from '../../../../codec/body/lite-info.ts'
import { GetLiteClientInfoRequestHeader } from '../../../../codec/header/lite-info.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { timeMillisToHumanString } from '../../../common/clock.ts'
import { defineCommand } from '../../command.ts'
import { required, text, toggle } from '../../option.ts'
import { printf } from '../../printf.ts'
import { failureLine, onBrokersOf } from './on-brokers-of.ts'

const ROW = '%-30s %-20s %-30s %-30s '
const NO_VALUE = 'N/A'

/** Apache: tools.command.lite.GetLiteClientInfoSubCommand */
export const getLiteClientInfo = defineCommand({
  name: 'getLiteClientInfo',
  text: 'Shows the lite topics that a client subscribes to.',
  options: {
    parentTopic: required(text('p', 'TOPIC', 'parent topic')),
    group: required(text('g', 'GROUP', 'consumer group')),
    clientId: required(text('c', 'ID', 'client')),
    showDetail: toggle('s', 'with the names of the lite topics'),
  },
  async run(context, { parentTopic, group, clientId, showDetail = false }) {
    const header = GetLiteClientInfoRequestHeader.encode({ parentTopic, group, clientId })
    const answers = await onBrokersOf(context, parentTopic, async (address) => {
      const call = { code: RequestCode.GET_LITE_CLIENT_INFO, header }
      const { body } = await context.admin.invoke(address, call)
      return GetLiteClientInfoResponseBody.decode(body)
    })
    context.output.print(Object.fromEntries(answers), [
      `Lite Client Info: [${parentTopic}] [${group}] [${clientId}]`,
      printf(ROW, '#Broker', '#LiteTopicCount', '#LastAccessTime', '#LastConsumeTime'),
      ...answers.flatMap(([brokerName, info]) =>
        info === undefined ? failureLine(brokerName) : linesOf(brokerName, info, showDetail),
      ),
    ])
  },
})

function linesOf(
  brokerName: string,
  { liteTopicCount, lastAccessTime, lastConsumeTime, liteTopicSet }: GetLiteClientInfoResponseBody,
  showDetail: boolean,
): string[] {
  const line = printf(
    ROW,
    brokerName,
    liteTopicCount > 0 ? liteTopicCount : NO_VALUE,
    timeOrNone(lastAccessTime),
    timeOrNone(lastConsumeTime),
  )
  if (!showDetail || liteTopicSet === undefined) return [line]
  return [line, `Lite Topics: [${liteTopicSet.join(', ')}]`, '']
}

function timeOrNone(timestampMs: number): string {
  return timestampMs > 0 ? timeMillisToHumanString(timestampMs) : NO_VALUE
}
