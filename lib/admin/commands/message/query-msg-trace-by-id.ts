import { defineCommand } from '../../command.ts'
import { END_OF_TIME, queryMessages } from '../../message-calls.ts'
import { integer, required, text } from '../../option.ts'
import { printf } from '../../printf.ts'
import { timeOfSeconds } from '../../times.ts'
import { tracesIn, type Trace } from './trace.ts'

const DEFAULT_TOPIC = 'RMQ_SYS_TRACE_TOPIC'
const DEFAULT_MAX_NUM = 64
const ROW = '%-10s %-20s %-20s %-20s %-10s %-10s'

/** Apache: tools.command.message.QueryMsgTraceByIdSubCommand */
export const queryMsgTraceById = defineCommand({
  name: 'queryMsgTraceById',
  text: 'Shows when a message was sent and consumed, as clients have traced it.',
  options: {
    msgId: required(text('i', 'ID', 'unique id')),
    traceTopic: text('t', 'TOPIC', `where traces are; ${DEFAULT_TOPIC} by default`),
    beginTimestamp: integer('b', 'MS', 'traced from then on; 0 by default'),
    endTimestamp: integer('e', 'MS', 'traced until then'),
    maxNum: integer('c', 'NUMBER', 'traces; 64 by default', 1, 2_147_483_647),
  },
  async run({ admin, output }, values) {
    const { msgId, traceTopic = DEFAULT_TOPIC, maxNum = DEFAULT_MAX_NUM } = values
    const messages = await queryMessages(admin, {
      topic: traceTopic,
      key: msgId,
      maxNum,
      begin: values.beginTimestamp ?? 0,
      end: values.endTimestamp ?? END_OF_TIME,
      kind: 'key',
    })
    const traces = messages.flatMap((message) => tracesIn(message, msgId))
    const sent = traces.filter(({ type }) => type === 'Pub')
    const consumed = traces.filter(({ type }) => type === 'SubAfter')
    const groups = new Set(consumed.map(({ group }) => group))
    output.print(traces, [
      ...sent.flatMap((trace) => [...table('#ProducerGroup', '#SendTime', 'Pub', [trace]), '']),
      ...[...groups].flatMap((name) => {
        const ofGroup = consumed.filter(({ group }) => group === name)
        return [...table('#ConsumerGroup', '#ConsumerTime', 'Sub', ofGroup), '']
      }),
    ])
  },
})

function table(
  groupColumn: string,
  timeColumn: string,
  kind: string,
  traces: readonly Trace[],
): string[] {
  return [
    printf(ROW, '#Type', groupColumn, '#ClientHost', timeColumn, '#CostTimes', '#Status'),
    ...traces.map(({ group, clientHost, timestamp, costMs, isSuccess }) => {
      const status = isSuccess ? 'success' : 'failed'
      return printf(ROW, kind, group, clientHost, timeOfSeconds(timestamp), `${costMs}ms`, status)
    }),
  ]
}
