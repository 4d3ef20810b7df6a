import fs from 'node:fs'
import path from 'node:path'
import { NodeFileSystem } from '../../lib/common/file-system.ts'
import type { MessageStoreConfig } from '../../lib/store/message-store.ts'
import {
  DEFAULT_STORE_SETTINGS,
  StoreDirectory,
  verifyStore,
  type Finding,
  type VerifyResult,
} from '../../lib/store/tools/index.ts'
import { SimClock } from './sim-clock.ts'
import { makeStore, put, SMALL_FILES } from './store.ts'

const SETTINGS = { ...DEFAULT_STORE_SETTINGS, ...SMALL_FILES }
const STEP_MS = 10

/** The files of a store that was written and stopped, to be looked at and damaged. */
export class StoreOnDisk {
  readonly directory: string

  constructor(directory: string) {
    this.directory = directory
  }

  /** Puts `count` messages into two queues of TopicA in turn, with the keys `k0`, `k1`, ..., then stops the store. */
  async write(count: number, config: Partial<MessageStoreConfig> = {}): Promise<void> {
    const clock = new SimClock()
    const fileSystem = new NodeFileSystem()
    const store = makeStore({ directory: this.directory, fileSystem, clock, config })
    await store.start()
    for (let i = 0; i < count; i++) {
      const properties = `KEYS\x01k${i}\x02UNIQ_KEY\x01u${i}\x02TAGS\x01TagA\x02`
      const body = Buffer.from(`message ${i} `.padEnd(200, 'x'))
      await put(store, { queueId: i % 2, body, properties })
      clock.advance(STEP_MS)
    }
    await store.stop()
    fs.mkdirSync(path.join(this.directory, 'config'))
    fs.writeFileSync(
      path.join(this.directory, 'config', 'topics.json'),
      '{"dataVersion":{"counter":1},"topicConfigTable":{"TopicA":{"topicName":"TopicA"}}}',
    )
  }

  path(...names: string[]): string {
    return path.join(this.directory, ...names)
  }

  /** Changes the bytes of a file. */
  edit(file: string, change: (bytes: Buffer) => void): void {
    const bytes = fs.readFileSync(this.path(file))
    change(bytes)
    fs.writeFileSync(this.path(file), bytes)
  }

  /** What a process that is killed leaves behind. */
  leaveAbortFile(): void {
    fs.writeFileSync(this.path('abort'), '4711')
  }

  open(): StoreDirectory {
    return new StoreDirectory(new NodeFileSystem(), this.directory, SETTINGS)
  }

  async verify(): Promise<{ findings: Finding[]; result: VerifyResult }> {
    const findings: Finding[] = []
    const result = await verifyStore(this.open(), {
      onFinding: (finding) => void findings.push(finding),
    })
    return { findings, result }
  }
}
