import type { ConsumerRunningInfo } from '../../../../codec/body/consumer-running-info.ts'
import { type AdminContext, defineCommand } from '../../command.ts'
import {
  examineConsumerConnection,
  getConsumerRunningInfo,
  isRetryTopic,
  parseGroup,
} from '../../consumer-calls.ts'
import { repeat } from '../../repeat.ts'
import { analyzeProcessQueues, hasSameSubscriptions } from './analyze-consumers.ts'
import { fetchUndoneMessages } from './undone-messages.ts'

const ROUND_INTERVAL_S = 60

/** Apache: tools.command.consumer.StartMonitoringSubCommand, tools.monitor.MonitorService */
export const startMonitoring = defineCommand({
  name: 'startMonitoring',
  text: 'Tells every minute how far groups are behind that are online, and what is wrong with consumers.',
  options: {},
  async run(context) {
    await repeat(context, ROUND_INTERVAL_S, () => monitor(context))
  },
})

async function monitor(context: AdminContext): Promise<void> {
  const { admin, output, clock } = context
  const startMs = clock.now()
  output.print({ beginRound: startMs }, ['[MONITOR] beginRound'])
  for (const topic of (await admin.fetchAllTopicList()).filter(isRetryTopic)) {
    await monitorGroup(context, parseGroup(topic))
  }
  const spentTimeMs = clock.now() - startMs
  output.print({ endRound: startMs, spentTimeMs }, [
    `[MONITOR] endRound, spent timemills: ${spentTimeMs}`,
  ])
}

/** A group that is offline is passed over. */
async function monitorGroup(context: AdminContext, group: string): Promise<void> {
  const { admin, output } = context
  const connection = await examineConsumerConnection(admin, group).catch(() => undefined)
  if (connection === undefined) return
  for (const undone of await fetchUndoneMessages(admin, group)) {
    const fields = Object.entries(undone).map(([name, value]) => `${name}=${value}`)
    output.print(undone, [`[MONITOR] reportUndoneMsgs: UndoneMsgs [${fields.join(', ')}]`])
  }
  const clientIds = connection.connectionSet.map(({ clientId }) => clientId)
  for (const problem of await fetchProblems(context, group, clientIds)) {
    output.print({ consumerGroup: group, problem }, [
      `[MONITOR] [NOTIFY] reportConsumerRunningInfo: ConsumerGroup: ${group}, ${problem}`,
    ])
  }
}

/** What the consumers themselves tell; those that do not answer tell nothing. */
async function fetchProblems(
  { admin, clock }: AdminContext,
  group: string,
  clientIds: readonly string[],
): Promise<string[]> {
  const infos = new Map<string, ConsumerRunningInfo>()
  for (const clientId of clientIds) {
    const info = await getConsumerRunningInfo(admin, group, clientId).catch(() => undefined)
    if (info !== undefined) infos.set(clientId, info)
  }
  const nowMs = clock.now()
  const isSame = hasSameSubscriptions([...infos.values()], nowMs)
  return [
    ...(isSame ? [] : ['Subscription different']),
    ...[...infos].flatMap(([clientId, info]) => analyzeProcessQueues(clientId, info, nowMs)),
  ]
}
