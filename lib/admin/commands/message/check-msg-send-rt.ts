import { AdminProducer } from '../../admin-producer.ts'
import { defineCommand } from '../../command.ts'
import { describeError } from '../../describe-error.ts'
import { integer, required, text } from '../../option.ts'
import { printf } from '../../printf.ts'

const DEFAULT_AMOUNT = 100
const DEFAULT_SIZE = 128
const ROW = '%-32s  %-4s  %-20s    %s'

/** Apache: tools.command.message.CheckMsgSendRTCommand */
export const checkMsgSendRT = defineCommand({
  name: 'checkMsgSendRT',
  text: 'Sends messages to one queue of a topic after the other and tells how long each took.',
  options: {
    topic: required(text('t', 'TOPIC', 'topic')),
    amount: integer('a', 'NUMBER', 'messages; 100 by default', 1, 1_000_000),
    size: integer('s', 'BYTES', 'size of a message; 128 by default', 1, 4_194_304),
  },
  async run(context, { topic, amount = DEFAULT_AMOUNT, size = DEFAULT_SIZE }) {
    const { clock, output } = context
    const producer = new AdminProducer(context, String(clock.now()))
    const message = { topic, body: Buffer.alloc(size, 'a') }
    output.print({ topic, amount, size }, [
      printf(ROW, '#Broker Name', '#QID', '#Send Result', '#RT'),
    ])
    let sum = 0
    for (let sent = 0; sent < amount && !output.isClosed; sent++) {
      const startMs = clock.monotonic()
      const result = await producer.send(message).catch((error) => {
        output.complain(describeError(error))
      })
      const rt = Math.round(clock.monotonic() - startMs)
      // The first send fetches the route.
      if (sent > 0) sum += rt
      const { brokerName = '', queueId = 0 } = result?.messageQueue ?? {}
      const isSent = result !== undefined
      output.print({ brokerName, queueId, isSent, rt }, [
        printf(ROW, brokerName, queueId, isSent, rt),
      ])
    }
    const average = sum / Math.max(amount - 1, 1)
    output.print({ average }, [printf('Avg RT: %.2f', average)])
  },
})
