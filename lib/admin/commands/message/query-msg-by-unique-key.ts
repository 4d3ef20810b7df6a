import { type AdminContext, defineCommand } from '../../command.ts'
import type { FetchedMessage } from '../../fetched-message.ts'
import { queryMessageById, queryMessages } from '../../message-calls.ts'
import { integer, required, text, toggle } from '../../option.ts'
import { pushMessage } from './push-message.ts'
import { showMessage } from './show-message.ts'

const MAX_NUM = 32
/** Messages stored so long before or after now are found without a time. */
const SPAN_MS = 36 * 3_600_000

/** Apache: tools.command.message.QueryMsgByUniqueKeySubCommand */
export const queryMsgByUniqueKey = defineCommand({
  name: 'queryMsgByUniqueKey',
  text: 'Shows a message by its unique id, or gives it to a consumer.',
  options: {
    topic: required(text('t', 'TOPIC', 'topic')),
    msgId: required(text('i', 'ID', 'unique id')),
    consumerGroup: text('g', 'GROUP', 'with -d: give it to a consumer of this group'),
    clientId: text('d', 'ID', 'with -g: this consumer'),
    showAll: toggle('a', 'all messages of this id, up to 32'),
    cluster: text('c', 'NAME', 'brokers of this cluster; of a light topic its parent'),
    startTime: integer('s', 'MS', 'with -e: stored from then on; 36 hours before now by default'),
    endTime: integer('e', 'MS', 'with -s: stored until then'),
  },
  async run(context, values) {
    const { topic, msgId, consumerGroup, clientId, cluster, showAll = false } = values
    if (consumerGroup !== undefined && clientId !== undefined) {
      const query = { topic, msgId, cluster: undefined }
      const message = await queryMessageById(context.admin, context.clock, query)
      return pushMessage(context, consumerGroup, clientId, message)
    }
    const { startTime, endTime } = values
    const messages = await find(context, { topic, msgId, cluster, startTime, endTime })
    const shown = showAll ? messages : messages.slice(0, 1)
    for (const [index, message] of shown.entries()) {
      await showMessage(context, message, { withOffsetId: false, index })
    }
  },
})

interface Wanted {
  readonly topic: string
  readonly msgId: string
  readonly cluster: string | undefined
  readonly startTime: number | undefined
  readonly endTime: number | undefined
}

/** The oldest first. */
async function find(
  { admin, clock }: AdminContext,
  { topic, msgId, cluster, startTime, endTime }: Wanted,
): Promise<FetchedMessage[]> {
  const nowMs = clock.now()
  const messages = await queryMessages(admin, {
    topic,
    key: msgId,
    maxNum: MAX_NUM,
    begin: startTime !== undefined && endTime !== undefined ? startTime : nowMs - SPAN_MS,
    end: startTime !== undefined && endTime !== undefined ? endTime : nowMs + SPAN_MS,
    kind: 'unique',
    cluster,
  })
  return messages.sort((a, b) => a.storeTimestamp - b.storeTimestamp)
}
