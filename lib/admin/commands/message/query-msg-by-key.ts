import { defineCommand } from '../../command.ts'
import type { FetchedMessage } from '../../fetched-message.ts'
import { END_OF_TIME, queryMessages } from '../../message-calls.ts'
import { choice, integer, required, text } from '../../option.ts'
import { printf } from '../../printf.ts'

const DEFAULT_MAX_NUM = 64
const MS_PER_HOUR = 3_600_000

/** Apache: tools.command.message.QueryMsgByKeySubCommand */
export const queryMsgByKey = defineCommand({
  name: 'queryMsgByKey',
  text: 'Lists the messages with a key.',
  options: {
    topic: required(text('t', 'TOPIC', 'topic')),
    msgKey: required(text('k', 'KEY', 'one of the keys of the messages')),
    beginTimestamp: integer('b', 'MS', 'stored from then on; 0 by default'),
    endTimestamp: integer('e', 'MS', 'stored until then'),
    maxNum: integer('m', 'NUMBER', 'so many from each broker; 64 by default', 1, 2_147_483_647),
    cluster: text('c', 'NAME', 'brokers of this cluster; of a light topic its parent'),
    keyType: choice('p', ['K', 'T'], 'a key, or tags (since 5.5.0); shows where to go on'),
    lastKey: text('l', 'KEY', 'go on behind this one of the column #IndexKey (since 5.5.0)'),
  },
  async run({ admin, output }, values) {
    const { topic, msgKey: key, keyType, cluster, lastKey } = values
    const messages = await queryMessages(admin, {
      topic,
      key,
      maxNum: values.maxNum ?? DEFAULT_MAX_NUM,
      begin: values.beginTimestamp ?? 0,
      end: values.endTimestamp ?? END_OF_TIME,
      kind: keyType === 'T' ? 'tag' : 'key',
      cluster,
      lastKey,
    })
    const indexKey = (message: FetchedMessage): string =>
      keyType === undefined ? '' : ` ${indexKeyOf(message, `${topic}@${keyType}@${key}`)}`
    const data = messages.map(({ msgId, queueId, queueOffset }) => ({
      msgId,
      queueId,
      queueOffset,
    }))
    output.print(data, [
      printf('%-50s %4s %40s', '#Message ID', '#QID', '#Offset') +
        (keyType === undefined ? '' : ' #IndexKey'),
      ...messages.map(
        (each) =>
          printf('%-50s %4d %40d', each.msgId, each.queueId, each.queueOffset) + indexKey(each),
      ),
    ])
  },
})

/** As 5.5.0 has it in its index. */
function indexKeyOf(
  { storeTimestamp, msgId, commitLogOffset }: FetchedMessage,
  key: string,
): string {
  const hour = storeTimestamp - (storeTimestamp % MS_PER_HOUR)
  return `${hour}@${key}@${msgId}@${commitLogOffset}`
}
