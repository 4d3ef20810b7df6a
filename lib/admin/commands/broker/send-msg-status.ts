import { AdminProducer, describeSendResult } from '../../admin-producer.ts'
import { defineCommand } from '../../command.ts'
import { integer, required, text } from '../../option.ts'

const PRODUCER_GROUP = 'PID_SMSC'
const DEFAULT_SIZE = 128
const DEFAULT_COUNT = 50
const WARM_UP_SIZE = 16
const TEXT = 'hello jodie'

/** Apache: tools.command.broker.SendMsgStatusCommand */
export const sendMsgStatus = defineCommand({
  name: 'sendMsgStatus',
  text: "Sends messages to a broker's own topic and tells how long each took.",
  options: {
    brokerName: required(text('b', 'NAME', "broker name, which is its topic's too")),
    messageSize: integer('s', 'BYTES', 'size of a message; 128 by default', 1, 4_194_304),
    count: integer('c', 'NUMBER', 'messages; 50 by default', 1, 1_000_000),
  },
  async run(context, { brokerName, messageSize = DEFAULT_SIZE, count = DEFAULT_COUNT }) {
    const { clock, output } = context
    const producer = new AdminProducer(context, PRODUCER_GROUP)
    await producer.send({ topic: brokerName, body: bodyOf(WARM_UP_SIZE) })
    const message = { topic: brokerName, body: bodyOf(messageSize) }
    for (let sent = 0; sent < count && !output.isClosed; sent++) {
      const startMs = clock.monotonic()
      const result = await producer.send(message)
      const rt = Math.round(clock.monotonic() - startMs)
      output.print({ rt, ...result }, [`rt=${rt}ms, SendResult=${describeSendResult(result)}`])
    }
  },
})

/** The text as often as it takes to have `size` bytes, which is never cut. */
function bodyOf(size: number): Buffer {
  return Buffer.from(TEXT.repeat(Math.ceil(size / TEXT.length)))
}
