import type { ConsumerRunningInfo } from '../../../../codec/body/consumer-running-info.ts'
import { versionName } from '../../../../codec/mq-version.ts'
import { type AdminContext, defineCommand } from '../../command.ts'
import { describeError } from '../../describe-error.ts'
import { examineConsumerConnection, getConsumerRunningInfo } from '../../consumer-calls.ts'
import { required, text, toggle } from '../../option.ts'
import { printf } from '../../printf.ts'
import { analyzeProcessQueues, hasSameSubscriptions } from './analyze-consumers.ts'
import { describeRunningInfo } from './describe-running-info.ts'
import { writeTextFile } from '../../text-file.ts'

const ROW = '%-10s %-40s %-20s %s'

/** Apache: tools.command.consumer.ConsumerStatusSubCommand */
export const consumerStatus = defineCommand({
  name: 'consumerStatus',
  text: 'Shows what a consumer tells of itself, or writes it into files for each consumer of a group.',
  options: {
    consumerGroup: required(text('g', 'GROUP', 'consumer group')),
    clientId: text('i', 'ID', 'this consumer'),
    brokerAddr: text('b', 'HOST:PORT', 'the broker that is asked who is in the group'),
    jstack: toggle('s', 'with the stacks of its threads'),
  },
  async run(context, { consumerGroup: group, clientId, brokerAddr, jstack = false }) {
    const { admin, output } = context
    const { connectionSet } = await examineConsumerConnection(admin, group, brokerAddr)
    if (clientId !== undefined) {
      const info = await getConsumerRunningInfo(admin, group, clientId, jstack)
      output.print({ clientId, info }, describeRunningInfo(info))
      return
    }
    const directory = String(context.clock.now())
    output.print({ group, directory }, [
      printf(ROW, '#Index', '#ClientId', '#Version', '#ConsumerRunningInfoFile'),
    ])
    const infos = new Map<string, ConsumerRunningInfo>()
    for (const { clientId: id, version } of connectionSet) {
      try {
        const info = await getConsumerRunningInfo(admin, group, id, jstack)
        infos.set(id, info)
        const file = `${directory}/${id}`
        writeTextFile(context.fileSystem, file, describeRunningInfo(info).join('\n'))
        output.print({ clientId: id, version: versionName(version), file, info }, [
          printf(ROW, infos.size, id, versionName(version), file),
        ])
      } catch (error) {
        output.complain(`${id}: ${describeError(error)}`)
      }
    }
    if (infos.size > 0) printAnalysis(context, infos)
  },
})

function printAnalysis(
  { clock, output }: AdminContext,
  infos: ReadonlyMap<string, ConsumerRunningInfo>,
): void {
  const nowMs = clock.now()
  const isSame = hasSameSubscriptions([...infos.values()], nowMs)
  const problems = isSame
    ? [...infos].flatMap(([clientId, info]) => analyzeProcessQueues(clientId, info, nowMs))
    : []
  output.print({ hasSameSubscriptions: isSame, problems }, [
    '',
    '',
    ...(isSame
      ? ['Same subscription in the same group of consumer', '', 'Rebalance OK', ...problems]
      : ['WARN: Different subscription in the same group of consumer!!!']),
  ])
}
