/** Fills a store with GiB of 1 KiB messages in 8 topics of 8 queues, and dies: `node build/bench/make-store.js DIR GIB` */
import { Host } from '../codec/message/host.ts'
import { SystemClock } from '../lib/common/clock.ts'
import { NodeFileSystem } from '../lib/common/file-system.ts'
import { SILENT_LOGGER } from '../lib/common/logger.ts'
import { DEFAULT_MESSAGE_STORE_CONFIG, DefaultMessageStore } from '../lib/store/message-store.ts'

const PUTS_PER_TURN = 64
const TOPICS = 8
const QUEUES = 8

const [directory = '', gib = '1'] = process.argv.slice(2)
const bytes = Number(gib) * 2 ** 30
const host = Host.of('127.0.0.1', 10911)
const body = Buffer.alloc(1024, 'x')
const store = new DefaultMessageStore({
  // a checkpoint that is some seconds old, as that of a busy broker is a minute old
  config: {
    ...DEFAULT_MESSAGE_STORE_CONFIG,
    storePathRootDir: directory,
    flushConsumeQueueThoroughInterval: 10_000,
  },
  clock: new SystemClock(),
  fileSystem: new NodeFileSystem(),
  logger: SILENT_LOGGER,
  processId: process.pid,
})
await store.start()
for (let count = 0; store.maxPhysicalOffset < bytes;) {
  const turn = Array.from({ length: PUTS_PER_TURN }, () => put(count++))
  await Promise.all(turn)
}
process.kill(process.pid, 'SIGKILL')

function put(count: number): Promise<void> {
  const uniqKey = `7F0000010AB318B4AAC2${String(count).padStart(12, '0')}`
  const message = {
    topic: `Bench${count % TOPICS}`,
    queueId: Math.floor(count / TOPICS) % QUEUES,
    flag: 0,
    sysFlag: 0,
    body,
    properties: `UNIQ_KEY\x01${uniqKey}\x02WAIT\x01true\x02TAGS\x01TagA\x02CLUSTER\x01DefaultCluster\x02`,
    bornTimestamp: Date.now(),
    bornHost: host,
    storeHost: host,
    reconsumeTimes: 0,
    preparedTransactionOffset: 0,
  }
  return new Promise((resolve, reject) => {
    store.putMessage(message, ({ status }) => {
      if (status === 'PUT_OK') resolve()
      else reject(new Error(status))
    })
  })
}
