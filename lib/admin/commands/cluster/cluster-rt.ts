import { AdminProducer } from '../../admin-producer.ts'
import { brokersOf } from '../../cluster.ts'
import { type AdminContext, defineCommand } from '../../command.ts'
import { integer, text, truth } from '../../option.ts'
import { printf } from '../../printf.ts'
import { repeat } from '../../repeat.ts'
import { gmt8Time } from '../../times.ts'

const DEFAULT_AMOUNT = 100
const DEFAULT_SIZE = 128
const DEFAULT_INTERVAL_S = 10

/** Apache: tools.command.cluster.CLusterSendMsgRTCommand */
export const clusterRT = defineCommand({
  name: 'clusterRT',
  text: 'Sends messages to every broker, again and again, and tells how long that took.',
  options: {
    amount: integer('a', 'NUMBER', 'messages to each broker in a round; 100 by default', 2),
    size: integer('s', 'BYTES', 'size of a message; 128 by default', 1, 4_194_304),
    cluster: text('c', 'NAME', 'this cluster only'),
    'print log': truth('p', 'lines of a log instead of a table; false by default'),
    'machine room': text('m', 'NAME', 'name of the machine room in the log; noname by default'),
    interval: integer('i', 'SECONDS', 'time between two rounds; 10 by default', 1),
  },
  async run(context, values) {
    const { amount = DEFAULT_AMOUNT, size = DEFAULT_SIZE, interval = DEFAULT_INTERVAL_S } = values
    const { cluster } = values
    const isLog = values['print log'] === true
    const room = values['machine room'] ?? 'noname'
    const producer = new AdminProducer(context, String(context.clock.now()))
    if (!isLog) context.output.print({ amount, size }, [HEAD])
    const info = await context.admin.examineBrokerClusterInfo()
    if (cluster !== undefined && !info.clusterAddrTable.has(cluster)) {
      throw new Error(`cluster [${cluster}] not exist`)
    }
    const clusters = cluster === undefined ? [...info.clusterAddrTable.keys()].sort() : [cluster]
    const brokers = clusters.flatMap((name) =>
      brokersOf(info, name).map(({ brokerName }) => [name, brokerName] as const),
    )
    await repeat(context, interval, async () => {
      for (const [clusterName, brokerName] of brokers) {
        const result = await measure(context, producer, brokerName, amount, size)
        const names = [clusterName, brokerName] as const
        context.output.print({ clusterName, brokerName, ...result }, [
          isLog
            ? [gmt8Time(context.clock.now()), room, ...names, Math.round(result.rtMs)].join('|')
            : lineOf(names, result),
        ])
      }
    })
  },
})

const HEAD = printf(
  '%-24s  %-24s  %-4s  %-8s  %-8s',
  '#Cluster Name',
  '#Broker Name',
  '#RT',
  '#successCount',
  '#failCount',
)

interface Measured {
  /** Of a message on average, without the first. */
  readonly rtMs: number
  readonly successCount: number
  readonly failCount: number
}

/** Sends to the topic that every broker has under its own name. */
async function measure(
  { clock }: AdminContext,
  producer: AdminProducer,
  topic: string,
  amount: number,
  size: number,
): Promise<Measured> {
  const body = Buffer.alloc(size, 'a')
  let successCount = 0
  let elapsedMs = 0
  for (let sent = 0; sent < amount; sent++) {
    const startMs = clock.monotonic()
    const isStored = await producer.send({ topic, body }).then(
      () => true,
      () => false,
    )
    if (isStored) successCount++
    if (sent > 0) elapsedMs += clock.monotonic() - startMs
  }
  return { rtMs: elapsedMs / (amount - 1), successCount, failCount: amount - successCount }
}

function lineOf(
  [clusterName, brokerName]: readonly [string, string],
  { rtMs, successCount, failCount }: Measured,
): string {
  const rt = printf('%.2f', rtMs)
  return printf(
    '%-24s  %-24s  %-8s  %-16s  %-16s',
    clusterName,
    brokerName,
    rt,
    successCount,
    failCount,
  )
}
