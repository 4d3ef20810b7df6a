import type { QueueData } from '../../codec/body/topic-route-data.ts'
import { decodeRecord, recordTotalSize } from '../../codec/message/record-reader.ts'
import type { Servers } from '../harness/servers.ts'
import { routeOf } from '../namesrv/asker.ts'
import { QueueClient } from './queue-client.ts'

export const TOPIC = 'Moves'
const WRITABLE = 2

/** Sends as clients do: to the brokers that a name server offers, in turn. */
export class RoutedSender {
  readonly #members: ReadonlyMap<string, string>
  readonly #sent: { readonly brokerName: string; readonly body: string }[] = []

  constructor(servers: Servers) {
    this.#members = new Map(
      servers.memberNames.map((name) => [servers.address(name), name] as const),
    )
  }

  /** Bodies of what a broker has acknowledged, in order. */
  bodies(brokerName: string): string[] {
    return this.#sent.filter((each) => each.brokerName === brokerName).map(({ body }) => body)
  }

  /** @throws Error when a message is not taken at once */
  async send(namesrv: string, count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      const route = await routeOf(namesrv, TOPIC)
      const offered = route?.queueDatas.filter(isOffered) ?? []
      const brokerName = offered[i % offered.length]?.brokerName ?? ''
      const broker = route?.brokerDatas.find((each) => each.brokerName === brokerName)
      const address = broker?.brokerAddrs.get(0) ?? ''
      if (!this.#members.has(address)) throw new Error(`${brokerName} at ${address}`)
      const body = `message ${this.#sent.length}`
      const client = await QueueClient.connect(address)
      await client.send(TOPIC, '', body)
      await client.close()
      this.#sent.push({ brokerName, body })
    }
  }
}

/** Whether producers may send to it. */
export function isOffered({ perm }: QueueData): boolean {
  return (perm & WRITABLE) !== 0
}

/** Bodies of all messages of the topic's queue on a broker, in order. */
export async function storedBodies(address: string): Promise<string[]> {
  const client = await QueueClient.connect(address)
  const bodies: string[] = []
  for (let records = await pull(client, 0); records.length > 0;) {
    bodies.push(...records)
    records = await pull(client, bodies.length)
  }
  await client.close()
  return bodies
}

async function pull(client: QueueClient, offset: number): Promise<string[]> {
  const { code, body } = await client.pull(TOPIC, offset)
  if (code !== 0) return []
  const records = Buffer.from(body, 'hex')
  const bodies: string[] = []
  for (let at = 0; at < records.length;) {
    const size = recordTotalSize(records, at)
    bodies.push(String(decodeRecord(records.subarray(at, at + size)).body))
    at += size
  }
  return bodies
}
