import type { OffsetWrapper } from '../../../../codec/body/consume-stats.ts'
import { GetLiteGroupInfoResponseBody, type LiteLagInfo } from '../../../../codec/body/lite-info.ts'
import { GetLiteGroupInfoRequestHeader } from '../../../../codec/header/lite-info.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { timeMillisToHumanString } from '../../../common/clock.ts'
import { defineCommand } from '../../command.ts'
import { integer, required, text } from '../../option.ts'
import { printf } from '../../printf.ts'
import { failureLine, onBrokersOf } from './on-brokers-of.ts'

const DEFAULT_TOP_K = 20
const OFFSET_ROW = '%-50s %-16s %-16s %-16s %-30s'
const OFFSET_HEAD = ['#Broker Name', '#BrokerOffset', '#ConsumeOffset', '#LagCount', '#LastUpdate']
const LAG_ROW = '%-6s %-40s %-12s %-30s'
const NO_VALUE = '-'

type Answers = readonly (readonly [string, GetLiteGroupInfoResponseBody | undefined])[]

/** Apache: tools.command.lite.GetLiteGroupInfoSubCommand */
export const getLiteGroupInfo = defineCommand({
  name: 'getLiteGroupInfo',
  text: 'Shows how far a group is behind in one lite topic, or in those where it is furthest behind.',
  options: {
    parentTopic: required(text('p', 'TOPIC', 'parent topic')),
    group: required(text('g', 'GROUP', 'consumer group')),
    liteTopic: text('l', 'NAME', 'this lite topic'),
    topK: integer('k', 'NUMBER', 'lite topics of each broker; 20 by default', 1),
  },
  async run(context, { parentTopic, group, liteTopic, topK = DEFAULT_TOP_K }) {
    const { admin, output, clock } = context
    const header = GetLiteGroupInfoRequestHeader.encode({ group, liteTopic, topK })
    const answers = await onBrokersOf(context, parentTopic, async (address) => {
      const call = { code: RequestCode.GET_LITE_GROUP_INFO, header }
      const { body } = await admin.invoke(address, call)
      return GetLiteGroupInfoResponseBody.decode(body)
    })
    output.print(Object.fromEntries(answers), [
      `Lite Group Info: [${group}] [${parentTopic}]`,
      ...(liteTopic === undefined ? failureLines(answers) : offsetLines(answers)),
      ...totalLines(answers, clock.now()),
      ...(liteTopic === undefined ? topLines(answers) : []),
    ])
  },
})

function failureLines(answers: Answers): string[] {
  return answers.flatMap(([name, info]) => (info === undefined ? failureLine(name) : []))
}

function offsetLines(answers: Answers): string[] {
  return [
    printf(OFFSET_ROW, ...OFFSET_HEAD),
    ...answers.map(([brokerName, info]) =>
      info === undefined
        ? failureLine(brokerName)
        : offsetLine(brokerName, info.liteTopicOffsetWrapper),
    ),
  ]
}

function offsetLine(brokerName: string, offsets: OffsetWrapper | undefined): string {
  if (offsets === undefined) {
    return printf(OFFSET_ROW, brokerName, NO_VALUE, NO_VALUE, NO_VALUE, NO_VALUE)
  }
  const { brokerOffset, consumerOffset, lastTimestamp } = offsets
  const lag = brokerOffset - consumerOffset
  return printf(
    OFFSET_ROW,
    brokerName,
    brokerOffset,
    consumerOffset,
    lag,
    timeOrNone(lastTimestamp),
  )
}

function totalLines(answers: Answers, nowMs: number): string[] {
  const infos = answers.flatMap(([, info]) => info ?? [])
  const total = infos.reduce((sum, { totalLagCount }) => sum + Math.max(totalLagCount, 0), 0)
  const times = infos.map(({ earliestUnconsumedTimestamp }) => earliestUnconsumedTimestamp)
  const earliest = Math.min(nowMs, ...times.filter((time) => time > 0))
  const seconds = Math.floor((nowMs - earliest) / 1_000)
  return [
    `Total Lag Count: ${total}`,
    `Min Unconsumed Timestamp: ${earliest} (${seconds} s ago)`,
    '',
  ]
}

function topLines(answers: Answers): string[] {
  const infos = answers.flatMap(([, info]) => info ?? [])
  const byCount = infos.flatMap(({ lagCountTopK }) => lagCountTopK ?? [])
  const byTime = infos.flatMap(({ lagTimestampTopK }) => lagTimestampTopK ?? [])
  byCount.sort((a, b) => b.lagCount - a.lagCount)
  byTime.sort((a, b) => a.earliestUnconsumedTimestamp - b.earliestUnconsumedTimestamp)
  return [
    '------TopK by lag count-----',
    ...lagLines(byCount),
    '',
    '------TopK by lag time------',
    ...lagLines(byTime),
  ]
}

function lagLines(lags: readonly LiteLagInfo[]): string[] {
  return [
    printf(LAG_ROW, 'NO', 'Lite Topic', 'Lag Count', 'UnconsumedTimestamp'),
    ...lags.map(({ liteTopic, lagCount, earliestUnconsumedTimestamp }, index) =>
      printf(LAG_ROW, index + 1, liteTopic, lagCount, timeOrNone(earliestUnconsumedTimestamp)),
    ),
  ]
}

function timeOrNone(timestampMs: number): string {
  return timestampMs > 0 ? timeMillisToHumanString(timestampMs) : NO_VALUE
}
