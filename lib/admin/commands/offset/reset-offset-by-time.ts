import { type AdminContext, defineCommand } from '../../command.ts'
import { searchOffset } from '../../offset-calls.ts'
import { integer, required, text, time, truth } from '../../option.ts'
import { type Time, timestampOf } from '../../times.ts'
import { offlineLines, onlineData, onlineLines } from './describe-reset.ts'
import { resetOffsets, resetQueue } from './reset-offsets.ts'

/** Apache: tools.command.offset.ResetOffsetByTimeCommand */
export const resetOffsetByTime = defineCommand({
  name: 'resetOffsetByTime',
  text: 'Moves a consumer group to the messages of a time.',
  options: {
    group: required(text('g', 'GROUP', 'consumer group')),
    topic: required(text('t', 'TOPIC', 'topic')),
    timestamp: required(time('s', 'time; -1 for the end')),
    force: truth('f', 'false: only back; true by default'),
    cluster: text('c', 'NAME', 'of a light topic the parent, whose brokers are asked'),
    broker: text('b', 'HOST:PORT', 'with -q: this broker'),
    queue: integer('q', 'ID', 'with -b: only this queue'),
    offset: integer('o', 'OFFSET', 'with -b and -q: this offset in the place of a time'),
  },
  async run(context, values) {
    const { admin, output, clock } = context
    const { group, topic, timestamp: time, force = true, cluster, broker, queue } = values
    const timestamp = timestampOf(time, clock)
    const times = `timestamp(string)[${time.text}], timestamp(long)[${timestamp}]`
    if (broker !== undefined && queue !== undefined) {
      return resetOne(context, { group, topic, time, broker, queue, offset: values.offset })
    }
    const outcome = await resetOffsets(admin, { topic, group, timestamp, isForce: force, cluster })
    if ('online' in outcome) {
      const head = `start reset consumer offset by specified, group[${group}]`
      const lines = [`${head}, topic[${topic}], force[${force}], ${times}`]
      output.print(onlineData(outcome.online), [...lines, ...onlineLines(outcome.online)])
    } else {
      const head = `reset consumer offset by specified consumerGroup[${group}]`
      const lines = [`${head}, topic[${topic}], force[${force}], ${times}`]
      output.print(outcome.offline, [...lines, ...offlineLines(outcome.offline, '#resetOffset')])
    }
  },
})

interface QueueReset {
  readonly group: string
  readonly topic: string
  readonly time: Time
  readonly broker: string
  readonly queue: number
  readonly offset: number | undefined
}

async function resetOne(
  { admin, output, clock }: AdminContext,
  { group, topic, time, broker, queue: queueId, offset }: QueueReset,
): Promise<void> {
  const timestamp = timestampOf(time, clock)
  const target = offset ?? (await searchOffset(admin, broker, { topic, queueId }, timestamp))
  await resetQueue(admin, broker, { group, topic }, queueId, target)
  output.print({ broker, group, topic, queueId, offset: target }, [
    `start reset consumer offset by specified, group[${group}], topic[${topic}], ` +
      `queueId[${queueId}], broker[${broker}], timestamp(string)[${time.text}], ` +
      `timestamp(long)[${timestamp}]`,
    `reset consumer offset to ${target}`,
  ])
}
