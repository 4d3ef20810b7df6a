import { AdminProducer } from '../../admin-producer.ts'
import { defineCommand } from '../../command.ts'
import { integer, required, text, truth } from '../../option.ts'
import { printf } from '../../printf.ts'

const ROW = '%-32s  %-4s  %-20s    %s'

/** Apache: tools.command.message.SendMessageCommand */
export const sendMessage = defineCommand({
  name: 'sendMessage',
  text: 'Sends a message.',
  options: {
    topic: required(text('t', 'TOPIC', 'topic')),
    body: required(text('p', 'TEXT', 'body of the message')),
    key: text('k', 'KEY KEY', 'keys'),
    tags: text('c', 'TAG', 'tag'),
    broker: text('b', 'NAME', 'with -i: the broker that gets it'),
    qid: integer('i', 'ID', 'with -b: the queue that gets it'),
    msgTraceEnable: truth('m', 'makes no difference: nothing is traced'),
  },
  async run(context, { topic, body, key: keys, tags, broker: brokerName, qid: queueId }) {
    if (queueId !== undefined && brokerName === undefined) {
      throw new Error('Broker name must be set if the queue is chosen!')
    }
    const { clock, output } = context
    const producer = new AdminProducer(context, String(clock.now()))
    const queue =
      brokerName === undefined || queueId === undefined ? undefined : { brokerName, queueId }
    const result = await producer.send({ topic, body: Buffer.from(body), keys, tags }, queue)
    const { messageQueue, sendStatus, msgId } = result
    output.print(result, [
      printf(ROW, '#Broker Name', '#QID', '#Send Result', '#MsgId'),
      printf(ROW, messageQueue.brokerName, messageQueue.queueId, sendStatus, msgId),
    ])
  },
})
