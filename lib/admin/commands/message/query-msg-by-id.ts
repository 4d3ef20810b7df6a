import { AdminProducer, describeSendResult } from '../../admin-producer.ts'
import { type AdminContext, defineCommand } from '../../command.ts'
import { describeError } from '../../describe-error.ts'
import type { FetchedMessage } from '../../fetched-message.ts'
import { queryMessageById } from '../../message-calls.ts'
import { required, text, truth } from '../../option.ts'
import { pushMessage } from './push-message.ts'
import { showMessage } from './show-message.ts'

/** Apache: tools.command.message.QueryMsgByIdSubCommand */
export const queryMsgById = defineCommand({
  name: 'queryMsgById',
  text: 'Shows messages by their ids; or sends them again, or gives them to a consumer.',
  options: {
    topic: required(text('t', 'TOPIC', 'topic')),
    msgId: required(text('i', 'ID,...', 'offset ids or unique ids')),
    consumerGroup: text('g', 'GROUP', 'with -d: give them to a consumer of this group'),
    clientId: text('d', 'ID', 'with -g: this consumer'),
    sendMessage: truth('s', 'true: send them again'),
    unitName: text('u', 'NAME', 'makes no difference'),
    bodyFormat: text('f', 'CHARSET', 'print the body too: UTF-8, GBK, ...'),
    cluster: text('c', 'NAME', 'brokers of this cluster; of a light topic its parent'),
  },
  async run(context, values) {
    const { topic, cluster, sendMessage = false } = values
    const act = actionOf(context, values)
    const isShown = values.consumerGroup === undefined || values.clientId === undefined
    if (isShown && values.sendMessage !== undefined && !sendMessage) return
    for (const msgId of values.msgId.split(',').map((each) => each.trim())) {
      if (msgId === '') continue
      try {
        const message = await queryMessageById(context.admin, context.clock, {
          topic,
          msgId,
          cluster,
        })
        await act(message)
      } catch (error) {
        context.output.complain(`${msgId}: ${describeError(error)}`)
      }
    }
  },
})

interface Wanted {
  readonly consumerGroup?: string | undefined
  readonly clientId?: string | undefined
  readonly sendMessage?: boolean | undefined
  readonly bodyFormat?: string | undefined
}

/** What is done with each message. */
function actionOf(
  context: AdminContext,
  { consumerGroup, clientId, sendMessage, bodyFormat: charset }: Wanted,
): (message: FetchedMessage) => Promise<void> {
  if (consumerGroup !== undefined && clientId !== undefined) {
    return (message) => pushMessage(context, consumerGroup, clientId, message)
  }
  if (sendMessage !== true) {
    return (message) => showMessage(context, message, { withOffsetId: true, charset })
  }
  const producer = new AdminProducer(context, 'ReSendMsgById')
  return async ({ topic, body, properties, offsetMsgId }) => {
    const result = await producer.send({ topic, body, properties })
    context.output.print({ originalMsgId: offsetMsgId, ...result }, [
      `prepare resend msg. originalMsgId=${offsetMsgId}${describeSendResult(result)}`,
    ])
  }
}
