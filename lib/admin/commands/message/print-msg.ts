import { describeQueue } from '../../admin-producer.ts'
import { type AdminContext, defineCommand } from '../../command.ts'
import { pullMessages, TOOLS_CONSUMER_GROUP } from '../../message-calls.ts'
import { required, text, time, truth } from '../../option.ts'
import { type QueuePlace, readableQueues } from '../../topic-queues.ts'
import { printMessages } from './message-line.ts'
import { type QueueRange, rangeOf } from './queue-range.ts'

const BATCH = 32
const RULE = '-'.repeat(56)

/** Apache: tools.command.message.PrintMessageSubCommand */
export const printMsg = defineCommand({
  name: 'printMsg',
  text: 'Prints the messages of a topic.',
  options: {
    topic: required(text('t', 'TOPIC', 'topic')),
    charsetName: text('c', 'CHARSET', 'of the bodies; UTF-8 by default'),
    subExpression: text('s', 'TAG||TAG', 'those with one of these tags'),
    beginTimestamp: time('b', 'stored from then on'),
    endTimestamp: time('e', 'stored before'),
    printBody: truth('d', 'whether bodies are printed as text; true by default'),
    lmqParentTopic: text('l', 'TOPIC', 'of a light topic the parent, whose brokers are asked'),
  },
  async run(context, values) {
    const { admin, output, clock } = context
    const { topic, subExpression = '*', beginTimestamp, endTimestamp } = values
    const charset = values.printBody === false ? undefined : (values.charsetName ?? 'UTF-8')
    const route = await admin.examineTopicRouteInfo(values.lmqParentTopic ?? topic)
    for (const place of readableQueues(route)) {
      if (output.isClosed) return
      const { brokerName, queueId, address } = place
      const queue = { topic, brokerName, queueId }
      const range = await rangeOf(admin, clock, address, queue, beginTimestamp, endTimestamp)
      const { min: minOffset, max: maxOffset } = range
      output.print({ ...queue, minOffset, maxOffset }, [
        `minOffset=${minOffset}, maxOffset=${maxOffset}, ${describeQueue(queue)}`,
      ])
      await printQueue(context, { ...place, topic }, range, subExpression, charset)
      output.print({ ...queue, isDone: true }, [RULE])
    }
  },
})

async function printQueue(
  { admin, output }: AdminContext,
  { topic, brokerName, queueId, address }: QueuePlace & { readonly topic: string },
  { min, max }: QueueRange,
  expression: string,
  charset: string | undefined,
): Promise<void> {
  const queue = { topic, brokerName, queueId }
  let offset = min
  while (offset < max && !output.isClosed) {
    const pull = { offset, maxNum: BATCH, expression, group: TOOLS_CONSUMER_GROUP }
    const { status, messages, nextBeginOffset } = await pullMessages(admin, address, queue, pull)
    const isDone =
      status === 'NO_NEW_MSG' || status === 'OFFSET_ILLEGAL' || nextBeginOffset <= offset
    offset = nextBeginOffset
    if (status === 'FOUND') printMessages(output, messages, charset)
    else {
      const what = status === 'NO_MATCHED_MSG' ? 'no matched msg' : 'print msg finished'
      output.print({ ...queue, status, offset }, [
        `${describeQueue(queue)} ${what}. status=${status}, offset=${offset}`,
      ])
    }
    if (isDone) return
  }
}
