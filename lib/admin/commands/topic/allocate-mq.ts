import type { MessageQueue } from '../../../../codec/body/message-queue.ts'
import { defineCommand } from '../../command.ts'
import { sortedByQueue } from '../../message-queues.ts'
import { required, text } from '../../option.ts'
import { readableQueues } from '../../topic-queues.ts'

/** Apache: tools.command.topic.AllocateMQSubCommand */
export const allocateMQ = defineCommand({
  name: 'allocateMQ',
  text: 'Shows how consumers would share the queues of a topic.',
  options: {
    topic: required(text('t', 'TOPIC', 'topic')),
    ipList: required(text('i', 'LIST', 'the consumers, separated by commas')),
  },
  async run({ admin, output }, { topic, ipList }) {
    const places = readableQueues(await admin.examineTopicRouteInfo(topic))
    const queues = sortedByQueue(
      places.map(({ brokerName, queueId }) => [{ brokerName, queueId, topic }, undefined]),
    ).map(([queue]) => queue)
    const consumers = ipList.split(',')
    const shares = consumers.map((consumer, index) => {
      return [consumer, share(queues, index, consumers.length)] as const
    })
    const result = { result: Object.fromEntries(shares) }
    output.print(result, [JSON.stringify(result)])
  },
})

/** Runs of equal length; the first ones have one more where it does not come out even. Apache: AllocateMessageQueueAveragely */
function share(queues: readonly MessageQueue[], index: number, consumers: number): MessageQueue[] {
  const size = Math.floor(queues.length / consumers)
  const rest = queues.length % consumers
  const start = index * size + Math.min(index, rest)
  return queues.slice(start, start + size + (index < rest ? 1 : 0))
}
