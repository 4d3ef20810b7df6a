import fs from 'node:fs'
import path from 'node:path'
import { recordStoreTimestamp, recordTotalSize } from '../../codec/message/record-reader.ts'
import { ConsumerSendMsgBackRequestHeader } from '../../codec/header/consumer-send-msg-back.ts'
import { decodeOffsetMsgId } from '../../codec/message/message-id.ts'
import { RequestCode } from '../../codec/request-code.ts'
import { waitFor } from '../harness/wait.ts'
import type { QueueAnswer, QueueClient } from './queue-client.ts'

const BATCH_TOPIC = 'Batches'
const PLAIN_TOPIC = 'Plain'
const LIGHT_GROUP = '%LMQ%group'
const LIGHT_TOPICS = ['%LMQ%a', '%LMQ%b']
/** Its retry topic has more than 127 bytes: records of version 2. */
const LONG_GROUP = `Long${'g'.repeat(180)}`
const LONG_TOPIC = `%RETRY%${LONG_GROUP}`
const REDELIVERY_LIMIT_MS = 20_000

export async function createQueues(client: QueueClient): Promise<void> {
  await client.createTopic(BATCH_TOPIC, '+queue.type=BatchCQ')
}

/** Writes all kinds: batches that are kept as one, members of others, messages for light queues, one with a long topic. */
export async function writeQueues(client: QueueClient, round: string): Promise<void> {
  for (let i = 0; i < 12; i++) {
    await client.sendBatch(
      BATCH_TOPIC,
      1 + (i % 4),
      `UNIQ_KEY\x01${round}${i}\x02TAGS\x01t${i}\x02`,
    )
  }
  await client.send(BATCH_TOPIC, `UNIQ_KEY\x01${round}single\x02`, 'single')
  await client.sendBatch(BATCH_TOPIC, 3, '')
  for (let i = 0; i < 12; i++) {
    const names = LIGHT_TOPICS.slice(0, 1 + (i % 2)).join(',')
    const properties = `INNER_MULTI_DISPATCH\x01${names}\x02UNIQ_KEY\x01${round}light${i}\x02`
    await client.send(PLAIN_TOPIC, properties, `light ${i}`)
  }
  const place = { topic: '%LMQ%a', consumerGroup: LIGHT_GROUP, queueId: '0', commitOffset: '5' }
  await client.invoke(RequestCode.UPDATE_CONSUMER_OFFSET, place)
  await writeLongTopic(client, round)
}

async function writeLongTopic(client: QueueClient, round: string): Promise<void> {
  const failed = await client.send(PLAIN_TOPIC, `UNIQ_KEY\x01${round}failed\x02`, 'failed')
  const { commitLogOffset } = decodeOffsetMsgId(failed.extFields?.['msgId'] as string)
  const fields = ConsumerSendMsgBackRequestHeader.encode({
    ...{ offset: commitLogOffset, group: LONG_GROUP, delayLevel: 1, originTopic: PLAIN_TOPIC },
  })
  const before = await maxOffset(client, LONG_TOPIC)
  await client.invoke(RequestCode.CONSUMER_SEND_MSG_BACK, fields)
  await waitFor('the message with a long topic', REDELIVERY_LIMIT_MS, async () => {
    return (await maxOffset(client, LONG_TOPIC)) > before
  })
}

async function maxOffset(client: QueueClient, topic: string): Promise<number> {
  const response = await client.invoke(RequestCode.GET_MAX_OFFSET, { topic, queueId: '0' })
  return Number(response.extFields?.['offset'])
}

/** All that can be asked about these queues, by what is asked. */
export async function askQueues(client: QueueClient): Promise<Map<string, QueueAnswer>> {
  const answers = new Map<string, QueueAnswer>()
  for (const topic of [BATCH_TOPIC, PLAIN_TOPIC, ...LIGHT_TOPICS, LONG_TOPIC]) {
    await askQueue(client, topic, answers)
  }
  const place = { topic: '%LMQ%a', consumerGroup: LIGHT_GROUP, queueId: '0' }
  answers.set('offset of a light group', await client.ask(RequestCode.QUERY_CONSUMER_OFFSET, place))
  return answers
}

async function askQueue(
  client: QueueClient,
  topic: string,
  answers: Map<string, QueueAnswer>,
): Promise<void> {
  const queue = { topic, queueId: '0' }
  const ask = async (name: string, code: number, fields: Record<string, string> = {}) =>
    answers.set(`${topic} ${name}`, await client.ask(code, { ...queue, ...fields }))
  await ask('maximum', RequestCode.GET_MAX_OFFSET)
  await ask('minimum', RequestCode.GET_MIN_OFFSET)
  await ask('earliest', RequestCode.GET_EARLIEST_MSG_STORETIME)
  await ask('units', RequestCode.QUERY_CONSUME_QUEUE, { index: '2', count: '20' })
  const end = await maxOffset(client, topic)
  for (let offset = 0; offset <= end + 1; offset++) {
    answers.set(`${topic} pull ${offset}`, await client.pull(topic, offset))
    answers.set(`${topic} pull 4 from ${offset}`, await client.pull(topic, offset, 4))
  }
  for (const time of storeTimes(answers.get(`${topic} pull 0`)?.body ?? '')) {
    for (const timestamp of [time - 1, time, time + 1, time + 1_000_000]) {
      for (const boundaryType of ['LOWER', 'UPPER']) {
        const fields = { timestamp: String(timestamp), boundaryType }
        await ask(`${boundaryType} ${timestamp}`, RequestCode.SEARCH_OFFSET_BY_TIMESTAMP, fields)
      }
    }
  }
}

function storeTimes(hex: string): number[] {
  const records = Buffer.from(hex, 'hex')
  const times: number[] = []
  for (let at = 0; at < records.length; at += recordTotalSize(records, at)) {
    times.push(recordStoreTimestamp(records, at))
  }
  return times
}

/** The directories of a store's queues of batches, light queues and long topics. */
export function queueDirectories(store: string): string[] {
  return [
    path.join(store, 'batchconsumequeue'),
    ...[...LIGHT_TOPICS, LONG_TOPIC].map((topic) => path.join(store, 'consumequeue', topic)),
  ]
}

/** Bytes of the files in these directories, by their paths. */
export function queueFiles(store: string): Map<string, string> {
  const files = new Map<string, string>()
  for (const directory of queueDirectories(store)) {
    for (const name of fs.readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
      const file = path.join(directory, name)
      if (!fs.statSync(file).isFile()) continue
      files.set(path.relative(store, file), fs.readFileSync(file, 'hex'))
    }
  }
  return files
}
