import { defineCommand } from '../../command.ts'
import { type FetchedMessage, tagsOf } from '../../fetched-message.ts'
import { pullMessages, TOOLS_CONSUMER_GROUP } from '../../message-calls.ts'
import { integer, required, text, time, truth } from '../../option.ts'
import { printf } from '../../printf.ts'
import { printMessages } from './message-line.ts'
import { addressOfQueue, rangeOf } from './queue-range.ts'

const BATCH = 32

/** Apache: tools.command.message.PrintMessageByQueueCommand */
export const printMsgByQueue = defineCommand({
  name: 'printMsgByQueue',
  text: 'Prints the messages of a queue, or counts them by their tags.',
  options: {
    topic: required(text('t', 'TOPIC', 'topic')),
    brokerName: required(text('a', 'NAME', 'broker name')),
    queueId: required(integer('i', 'ID', 'queue')),
    charsetName: text('c', 'CHARSET', 'of the bodies; UTF-8 by default'),
    subExpression: text('s', 'TAG||TAG', 'those with one of these tags'),
    beginTimestamp: time('b', 'stored from then on'),
    endTimestamp: time('e', 'stored before'),
    printMsg: truth('p', 'whether messages are printed; false by default'),
    printBody: truth('d', 'whether bodies are printed as text; false by default'),
    calculate: truth('f', 'whether messages are counted by tag; false by default'),
  },
  async run({ admin, output, clock }, values) {
    const { topic, brokerName, queueId, subExpression: expression = '*' } = values
    const { beginTimestamp, endTimestamp, printMsg, charsetName, printBody } = values
    const queue = { topic, brokerName, queueId }
    const charset = printBody === true ? (charsetName ?? 'UTF-8') : undefined
    const address = await addressOfQueue(admin, topic, brokerName)
    const range = await rangeOf(admin, clock, address, queue, beginTimestamp, endTimestamp)
    const counts = new Map<string, number>()
    let offset = range.min
    while (offset < range.max && !output.isClosed) {
      const pull = { offset, maxNum: BATCH, expression, group: TOOLS_CONSUMER_GROUP }
      const { status, messages, nextBeginOffset } = await pullMessages(admin, address, queue, pull)
      if (status !== 'FOUND' || nextBeginOffset <= offset) break
      countTags(counts, messages)
      if (printMsg === true) printMessages(output, messages, charset)
      offset = nextBeginOffset
    }
    if (values.calculate !== true) return
    for (const [tag, count] of [...counts].sort(([, a], [, b]) => b - a)) {
      output.print({ tag, count }, [printf('Tag: %-30s Count: %s', tag, count)])
    }
  },
})

function countTags(counts: Map<string, number>, messages: readonly FetchedMessage[]): void {
  for (const message of messages) {
    const tag = tagsOf(message)
    if (tag !== undefined) counts.set(tag, (counts.get(tag) ?? 0) + 1)
  }
}
