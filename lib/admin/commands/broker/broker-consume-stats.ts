import { ConsumeStatsList, type OffsetWrapper } from '../../../../codec/body/consume-stats.ts'
import type { MessageQueue } from '../../../../codec/body/message-queue.ts'
import { GetConsumeStatsInBrokerHeader } from '../../../../codec/header/get-consume-stats.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { defineCommand } from '../../command.ts'
import { sortedByQueue } from '../../message-queues.ts'
import { integer, required, text, truth } from '../../option.ts'
import { frontStringAtLeast, printf } from '../../printf.ts'
import { timeOfSeconds } from '../../times.ts'

/** A broker reads a message for each queue. */
const DEFAULT_TIMEOUT_MS = 50_000

/** Apache: tools.command.broker.BrokerConsumeStatsSubCommand */
export const brokerConsumeStats = defineCommand({
  name: 'brokerConsumeStats',
  text: 'Shows how far all groups are behind on a broker.',
  options: {
    brokerAddr: required(text('b', 'HOST:PORT', 'broker')),
    timeoutMillis: integer('t', 'MS', 'how long to wait for the answer; 50000 by default', 1),
    level: integer('l', 'NUMBER', 'queues that are so many messages behind only; 0 by default'),
    order: truth('o', 'groups that consume in order only; false by default'),
  },
  async run({ admin, output }, { brokerAddr, timeoutMillis, level = 0, order = false }) {
    const header = GetConsumeStatsInBrokerHeader.encode({ isOrder: order })
    const call = { code: RequestCode.GET_BROKER_CONSUME_STATS, header }
    const timeoutMs = timeoutMillis ?? DEFAULT_TIMEOUT_MS
    const { body } = await admin.within(timeoutMs).invoke(brokerAddr, call)
    const { consumeStatsList, totalDiff } = ConsumeStatsList.decode(body)
    const rows = consumeStatsList
      .flatMap((groups) => [...groups])
      .flatMap(([group, stats]) =>
        stats.flatMap(({ offsetTable }) =>
          sortedByQueue(offsetTable).map((entry) => rowOf(group, entry)),
        ),
      )
      .filter(({ diff, lastTimestamp }) => diff >= level && lastTimestamp > 0)
    output.print({ totalDiff, queues: rows }, [
      printf(
        '%-64s  %-64s  %-32s  %-4s  %-20s  %-20s  %-20s  %s',
        '#Topic',
        '#Group',
        '#Broker Name',
        '#QID',
        '#Broker Offset',
        '#Consumer Offset',
        '#Diff',
        '#LastTime',
      ),
      ...rows.map(lineOf),
      '',
      `Diff Total: ${totalDiff}`,
    ])
  },
})

function rowOf(
  group: string,
  [queue, { brokerOffset, consumerOffset, lastTimestamp }]: [MessageQueue, OffsetWrapper],
) {
  const diff = brokerOffset - consumerOffset
  return { group, ...queue, brokerOffset, consumerOffset, diff, lastTimestamp }
}

function lineOf(row: ReturnType<typeof rowOf>): string {
  return printf(
    '%-64s  %-64s  %-32s  %-4d  %-20d  %-20d  %-20d  %s',
    frontStringAtLeast(row.topic, 64),
    row.group,
    frontStringAtLeast(row.brokerName, 32),
    row.queueId,
    row.brokerOffset,
    row.consumerOffset,
    row.diff,
    timeOfSeconds(row.lastTimestamp),
  )
}
