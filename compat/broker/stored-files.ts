import fs from 'node:fs'
import path from 'node:path'
import type { Comparable } from './comparable.ts'
import type { Answer } from './step.ts'

const CONFIG_FILES = [
  'topics.json',
  'subscriptionGroup.json',
  'consumerOffset.json',
  'delayOffset.json',
  'consumerOrderInfo.json',
]
/** Where sends go of which Apache stores some that we refuse. */
export const MISTYPED_TOPIC = 'Mistyped'
const FIRST_LOG_FILE = '00000000000000000000'

/** What a broker that has stopped has left on its disk, as answers to compare. */
export function* storedFiles(
  directory: string,
  comparable: Comparable,
): Generator<[string, Answer]> {
  const store = path.join(directory, 'store')
  for (const name of CONFIG_FILES) {
    const file = path.join(store, 'config', name)
    const text = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : ''
    yield [`file ${name}`, answer(withoutVersion(comparable.json(text)))]
  }
  yield ['file names', answer(namesBelow(path.join(store, 'consumequeue')))]
  const log = fs.readFileSync(path.join(store, 'commitlog', FIRST_LOG_FILE))
  for (const record of comparable.records(log)) {
    const { topic, queueId, queueOffset } = record
    if (topic !== MISTYPED_TOPIC) yield [`file ${topic} ${queueId} ${queueOffset}`, answer(record)]
  }
}

/** How often versions are counted up is no part of the format. */
function withoutVersion(content: unknown): unknown {
  if (typeof content !== 'object' || content === null) return content
  return { ...content, dataVersion: undefined }
}

/** Topics and queues that have files. */
function namesBelow(directory: string): string[] {
  return fs
    .readdirSync(directory, { recursive: true })
    .map(String)
    .filter((name) => !name.startsWith(MISTYPED_TOPIC))
    .sort()
}

function answer(body: unknown): Answer {
  return { code: undefined, remark: undefined, extFields: undefined, unasked: undefined, body }
}
