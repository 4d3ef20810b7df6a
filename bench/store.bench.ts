import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { Host } from '../codec/message/host.ts'
import { SystemClock } from '../lib/common/clock.ts'
import { NodeFileSystem } from '../lib/common/file-system.ts'
import { SILENT_LOGGER } from '../lib/common/logger.ts'
import { DEFAULT_MESSAGE_STORE_CONFIG, DefaultMessageStore } from '../lib/store/message-store.ts'
import type { GetMessageResult } from '../lib/store/types.ts'

/*
 * What a put of 1 KiB costs, with its dispatch to consume queue and index, and what a get from the tail costs.
 * node build/bench/store.bench.js
 */
const PUTS = 400_000
const PUTS_PER_TURN = 64
const GETS = 20_000
const QUEUES = 8

function cpuMicros(since?: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since)
  return user + system
}

async function putAll(store: DefaultMessageStore): Promise<void> {
  const host = Host.of('127.0.0.1', 10911)
  const body = Buffer.alloc(1024, 'x')
  let put = 0
  let answered = 0
  await new Promise<void>((resolve, reject) => {
    const turn = () => {
      for (let i = 0; i < PUTS_PER_TURN && put < PUTS; i++, put++) {
        const uniqKey = `7F0000010AB318B4AAC2${String(put).padStart(12, '0')}`
        const message = {
          topic: 'BenchTopic',
          queueId: put % QUEUES,
          flag: 0,
          sysFlag: 0,
          body,
          properties: `UNIQ_KEY\x01${uniqKey}\x02WAIT\x01true\x02TAGS\x01TagA\x02CLUSTER\x01DefaultCluster\x02`,
          bornTimestamp: 1,
          bornHost: host,
          storeHost: host,
          reconsumeTimes: 0,
          preparedTransactionOffset: 0,
        }
        store.putMessage(message, ({ status }) => {
          if (status !== 'PUT_OK') reject(new Error(status))
          if (++answered === PUTS) resolve()
        })
      }
      if (put < PUTS) setImmediate(turn)
    }
    turn()
  })
}

function getAll(store: DefaultMessageStore): number {
  const offset = store.getMaxOffsetInQueue('BenchTopic', 0) - 32
  const request = { group: 'G', topic: 'BenchTopic', queueId: 0, offset, maxMsgNums: 32 }
  let messages = 0
  for (let i = 0; i < GETS; i++) {
    messages += (store.getMessage(request) as GetMessageResult).records.length
  }
  return messages
}

const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'store-bench-'))
const store = new DefaultMessageStore({
  config: { ...DEFAULT_MESSAGE_STORE_CONFIG, storePathRootDir: directory },
  clock: new SystemClock(),
  fileSystem: new NodeFileSystem(),
  logger: SILENT_LOGGER,
  processId: process.pid,
})
await store.start()
const beforePuts = process.cpuUsage()
await putAll(store)
console.log(`put: ${(cpuMicros(beforePuts) / PUTS).toFixed(2)} us of CPU each`)
const beforeGets = process.cpuUsage()
const messages = getAll(store)
console.log(`tail get: ${(cpuMicros(beforeGets) / messages).toFixed(3)} us of CPU for each message`)
await store.stop()
fs.rmSync(directory, { recursive: true })
