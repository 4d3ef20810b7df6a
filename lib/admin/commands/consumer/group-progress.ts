import type { OffsetWrapper } from '../../../../codec/body/consume-stats.ts'
import type { MessageQueue } from '../../../../codec/body/message-queue.ts'
import { timeOfSeconds } from '../../times.ts'
import type { AdminContext } from '../../command.ts'
import {
  examineConsumerConnection,
  examineConsumeStats,
  getConsumerRunningInfo,
} from '../../consumer-calls.ts'
import { keyOf, sortedByQueue } from '../../message-queues.ts'
import type { MqAdminClient } from '../../mq-admin-client.ts'
import { frontStringAtLeast, printf } from '../../printf.ts'

export interface GroupProgressOptions {
  readonly groupName: string
  readonly topicName: string | undefined
  readonly showClientIP: boolean
  readonly cluster: string | undefined
}

const NO_VALUE = 'N/A'

/** How far a group is with each queue. */
export async function printGroupProgress(
  { admin, output }: AdminContext,
  { groupName, topicName, showClientIP, cluster }: GroupProgressOptions,
): Promise<void> {
  const stats = await examineConsumeStats(admin, groupName, topicName, cluster)
  const clients = showClientIP ? await clientsOf(admin, groupName) : undefined
  const rows = sortedByQueue(stats.offsetTable).map((entry) => rowOf(entry, clients))
  const { consumeTps } = stats
  const diffTotal = rows.reduce((sum, { diff }) => sum + diff, 0)
  const inflightTotal = rows.reduce((sum, { inflight }) => sum + inflight, 0)
  output.print({ group: groupName, consumeTps, diffTotal, inflightTotal, queues: rows }, [
    headOf(showClientIP),
    ...rows.map(lineOf),
    '',
    printf('Consume TPS: %.2f', consumeTps),
    `Consume Diff Total: ${diffTotal}`,
    `Consume Inflight Total: ${inflightTotal}`,
  ])
}

/** Addresses of clients by the queues that they have. None where the clients do not answer. */
async function clientsOf(admin: MqAdminClient, group: string): Promise<Map<string, string>> {
  const clients = new Map<string, string>()
  const connection = await examineConsumerConnection(admin, group).catch(() => undefined)
  for (const { clientId } of connection?.connectionSet ?? []) {
    const info = await getConsumerRunningInfo(admin, group, clientId).catch(() => undefined)
    const address = clientId.split('@')[0] as string
    for (const [queue] of info?.mqTable ?? []) clients.set(keyOf(queue), address)
  }
  return clients
}

function rowOf(
  [queue, offsets]: [MessageQueue, OffsetWrapper],
  clients: ReadonlyMap<string, string> | undefined,
) {
  const { brokerOffset, consumerOffset, pullOffset, lastTimestamp } = offsets
  return {
    ...queue,
    brokerOffset,
    consumerOffset,
    ...(clients && { clientIP: clients.get(keyOf(queue)) ?? NO_VALUE }),
    diff: brokerOffset - consumerOffset,
    inflight: pullOffset - consumerOffset,
    lastTimestamp,
  }
}

function headOf(showClientIP: boolean): string {
  const ends = ['#Diff', '#Inflight', '#LastTime'] as const
  return (
    printf(
      '%-64s  %-32s  %-4s  %-20s  %-20s  ',
      '#Topic',
      '#Broker Name',
      '#QID',
      '#Broker Offset',
      '#Consumer Offset',
    ) +
    (showClientIP ? printf('%-20s ', '#Client IP') : '') +
    printf('%-20s %-20s%s', ...ends)
  )
}

function lineOf(row: ReturnType<typeof rowOf>): string {
  const { lastTimestamp, clientIP } = row
  const lastTime = lastTimestamp === 0 ? NO_VALUE : timeOfSeconds(lastTimestamp)
  return (
    printf(
      '%-64s  %-32s  %-4d  %-20d  %-20d  ',
      frontStringAtLeast(row.topic, 64),
      frontStringAtLeast(row.brokerName, 32),
      row.queueId,
      row.brokerOffset,
      row.consumerOffset,
    ) +
    (clientIP === undefined ? '' : printf('%-20s ', clientIP)) +
    printf('%-20d %-20d %s', row.diff, row.inflight, lastTime)
  )
}
