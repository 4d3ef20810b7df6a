import { versionName } from '../../../../codec/mq-version.ts'
import type { ConsumerConnection } from '../../../../codec/body/connection-list.ts'
import { examineConsumerConnection, examineConsumeStats } from '../../consumer-calls.ts'
import type { MqAdminClient } from '../../mq-admin-client.ts'
import { frontStringAtLeast, printf } from '../../printf.ts'

export const GROUPS_HEAD = printf(
  '%-64s  %-6s  %-24s %-5s  %-14s  %-7s  %s',
  '#Group',
  '#Count',
  '#Version',
  '#Type',
  '#Model',
  '#TPS',
  '#Diff Total',
)

/** One consumer group; without members it has no version, type and model. */
interface GroupSummary {
  readonly group: string
  readonly count: number
  readonly version: string
  readonly type: string
  readonly model: string
  readonly tps: number
  readonly diffTotal: number
}

/** What can be learned of a group: that it is offline, or has consumed nothing, is no error. */
export async function fetchGroupSummary(
  admin: MqAdminClient,
  group: string,
): Promise<GroupSummary> {
  const connection = await examineConsumerConnection(admin, group).catch(() => undefined)
  const stats = await examineConsumeStats(admin, group).catch(() => undefined)
  const offsets = stats?.offsetTable ?? []
  return {
    group,
    ...describeMembers(connection),
    tps: Math.trunc(stats?.consumeTps ?? 0),
    diffTotal: offsets.reduce(
      (sum, [, { brokerOffset, consumerOffset }]) => sum + brokerOffset - consumerOffset,
      0,
    ),
  }
}

function describeMembers(connection: ConsumerConnection | undefined) {
  const { connectionSet = [], consumeType, messageModel } = connection ?? {}
  const count = connectionSet.length
  if (count === 0) return { count, version: 'OFFLINE', type: '', model: '' }
  const version = versionName(Math.min(...connectionSet.map((each) => each.version)))
  const type = consumeType === 'CONSUME_ACTIVELY' ? 'PULL' : 'PUSH'
  const model = consumeType === 'CONSUME_PASSIVELY' ? (messageModel ?? '') : ''
  return { count, version, type, model }
}

export function lineOf(row: GroupSummary): string {
  return printf(
    '%-64s  %-6d  %-24s %-5s  %-14s  %-7d  %d',
    frontStringAtLeast(row.group, 64),
    row.count,
    row.version,
    row.type,
    row.model,
    row.tps,
    row.diffTotal,
  )
}
