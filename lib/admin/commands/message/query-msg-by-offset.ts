import { defineCommand } from '../../command.ts'
import { pullMessages, TOOLS_CONSUMER_GROUP } from '../../message-calls.ts'
import { integer, required, text } from '../../option.ts'
import { addressOfQueue } from './queue-range.ts'
import { showMessage } from './show-message.ts'

/** Apache: tools.command.message.QueryMsgByOffsetSubCommand */
export const queryMsgByOffset = defineCommand({
  name: 'queryMsgByOffset',
  text: 'Shows the message at an offset of a queue.',
  options: {
    topic: required(text('t', 'TOPIC', 'topic')),
    brokerName: required(text('b', 'NAME', 'broker name')),
    queueId: required(integer('i', 'ID', 'queue')),
    offset: required(integer('o', 'OFFSET', 'offset in the queue')),
    bodyFormat: text('f', 'CHARSET', 'print the body too: UTF-8, GBK, ...'),
    routeTopic: text('r', 'TOPIC', 'of a light topic the parent, whose brokers are asked'),
  },
  async run(context, { topic, brokerName, queueId, offset, bodyFormat: charset, routeTopic }) {
    const { admin } = context
    const address = await addressOfQueue(admin, routeTopic ?? topic, brokerName)
    const queue = { topic, brokerName, queueId }
    const pull = { offset, maxNum: 1, expression: '*', group: TOOLS_CONSUMER_GROUP }
    const { messages } = await pullMessages(admin, address, queue, pull)
    const [message] = messages
    if (message !== undefined) await showMessage(context, message, { withOffsetId: true, charset })
  },
})
