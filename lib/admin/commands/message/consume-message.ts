import type { MessageQueue } from '../../../../codec/body/message-queue.ts'
import { describeQueue } from '../../admin-producer.ts'
import { type AdminContext, defineCommand } from '../../command.ts'
import { pullMessages, TOOLS_CONSUMER_GROUP } from '../../message-calls.ts'
import { integer, required, text, time } from '../../option.ts'
import { type Time, timestampOf } from '../../times.ts'
import { readableQueues } from '../../topic-queues.ts'
import { printMessages } from './message-line.ts'
import { addressOfQueue, type QueueRange, rangeOf } from './queue-range.ts'

const DEFAULT_COUNT = 128

/** Apache: tools.command.message.ConsumeMessageCommand */
export const consumeMessage = defineCommand({
  name: 'consumeMessage',
  text: 'Prints the oldest messages of a topic or of a queue; offsets of groups stay as they are.',
  options: {
    topic: required(text('t', 'TOPIC', 'topic')),
    brokerName: text('b', 'NAME', 'with -i: the broker that has the queue'),
    queueId: integer('i', 'ID', 'with -b: only this queue'),
    offset: integer('o', 'OFFSET', 'with -b and -i: from this offset on'),
    consumerGroup: text('g', 'GROUP', 'the group in whose name it is done'),
    beginTimestamp: time('s', 'stored from then on'),
    endTimestamp: time('e', 'stored before'),
    MessageNumber: integer('c', 'NUMBER', 'messages; 128 by default', 1),
  },
  async run(context, values) {
    const { topic, brokerName, queueId, offset } = values
    if (queueId !== undefined && brokerName === undefined) {
      throw new Error('Please set the brokerName before queueId!')
    }
    if (offset !== undefined && queueId === undefined) {
      throw new Error('Please set queueId before offset!')
    }
    const wanted: Wanted = {
      begin: checkedTime(context, values.beginTimestamp, 'beginTimestamp'),
      end: checkedTime(context, values.endTimestamp, 'endTimestamp'),
      count: values.MessageNumber ?? DEFAULT_COUNT,
      group: values.consumerGroup ?? TOOLS_CONSUMER_GROUP,
    }
    if (brokerName === undefined || queueId === undefined) {
      return consumeTopic(context, topic, wanted)
    }
    return consumeQueue(context, { topic, brokerName, queueId }, offset ?? 0, wanted)
  },
})

interface Wanted {
  readonly begin: Time | undefined
  readonly end: Time | undefined
  readonly count: number
  readonly group: string
}

function checkedTime({ clock }: AdminContext, time: Time | undefined, name: string): typeof time {
  const nowMs = clock.now()
  if (time === undefined || timestampOf(time, clock) <= nowMs) return time
  throw new Error(`Please set the ${name} before now!`)
}

async function consumeTopic(context: AdminContext, topic: string, wanted: Wanted): Promise<void> {
  const { admin, output, clock } = context
  let left = wanted.count
  for (const place of readableQueues(await admin.examineTopicRouteInfo(topic))) {
    if (left <= 0 || output.isClosed) return
    const { brokerName, queueId, address } = place
    const queue = { topic, brokerName, queueId }
    const range = await rangeOf(admin, clock, address, queue, wanted.begin, wanted.end)
    const last = lastOf(range, left)
    if (last < range.max) {
      output.print({ ...queue, count: left }, [
        `The older ${left} message of the ${queueId} queue will be provided`,
      ])
    }
    left -= range.max - range.min + 1
    await printRange(context, address, queue, { min: range.min, max: last }, wanted.group)
  }
}

async function consumeQueue(
  context: AdminContext,
  queue: MessageQueue,
  offset: number,
  { begin, end, count, group }: Wanted,
): Promise<void> {
  const { admin, output, clock } = context
  const address = await addressOfQueue(admin, queue.topic, queue.brokerName)
  const { min, max } = await rangeOf(admin, clock, address, queue, begin, end)
  if (offset > max) {
    output.print({ ...queue, offset }, [`${describeQueue(queue)} no matched msg, offset=${offset}`])
    return
  }
  const range = { min: Math.max(min, offset), max }
  const last = lastOf(range, count)
  if (last < max) {
    output.print({ ...queue, count }, [`The oldler ${count} message will be provided`])
  }
  await printRange(context, address, queue, { min: range.min, max: last }, group)
}

/** The last offset that is asked for: where no message is yet, unless there are more than wanted. */
function lastOf({ min, max }: QueueRange, count: number): number {
  return max - min > count ? min + count - 1 : max
}

/** Up to and with `max`. */
async function printRange(
  { admin, output }: AdminContext,
  address: string,
  queue: MessageQueue,
  { min, max }: QueueRange,
  group: string,
): Promise<void> {
  let offset = min
  while (offset <= max && !output.isClosed) {
    const pull = { offset, maxNum: max - offset + 1, expression: '*', group }
    const { status, messages, nextBeginOffset } = await pullMessages(admin, address, queue, pull)
    const isDone =
      status === 'NO_NEW_MSG' || status === 'OFFSET_ILLEGAL' || nextBeginOffset <= offset
    offset = nextBeginOffset
    if (status === 'FOUND') {
      output.print({ ...queue, status }, ['Consume ok'])
      printMessages(output, messages, 'UTF-8')
    } else {
      const what = status === 'NO_MATCHED_MSG' ? 'no matched msg' : 'print msg finished'
      output.print({ ...queue, status, offset }, [
        `${describeQueue(queue)} ${what}. status=${status}, offset=${offset}`,
      ])
    }
    if (isDone) return
  }
}
