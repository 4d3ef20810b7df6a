import { expect } from 'chai'
import { encodeBatch } from '../../codec/message/batch.ts'
import { decodeRecord } from '../../codec/message/record-reader.ts'
import type { DefaultMessageStore } from '../../lib/store/message-store.ts'
import type { PutMessageResult } from '../../lib/store/types.ts'
import { Random } from './random.ts'
import { SimClock } from './sim-clock.ts'
import { SimFileSystem, simError } from './sim-file-system.ts'
import { makeMessage, makeStore } from './store.ts'

const STEPS = 60
const DIRECTORY = '/store'
const QUEUES = ['A/0', 'A/1', 'B/0'] as const

/** A message that was given to the store: what it must look like if it is found. */
interface Attempt {
  readonly body: string
  /** 'acked' must survive; 'pending' may or may not be there. */
  state: 'pending' | 'acked' | 'failed'
  queueOffset: number | undefined
}

/**
 * One run of a store on a simulated disk, compared with what it promised. A seed decides on flushing and the size of the tail, and
 * on 60 steps: puts of single messages and batches into three queues, seconds and minutes that pass, failing writes, deaths within one
 * of the next 20 changes of the disk, kills, power losses, clean stops. After each restart every message is read from its queue, found
 * by its key, and counted in the log.
 */
export class StoreModelRun {
  readonly #random: Random
  readonly #isSyncFlush: boolean
  readonly #clock = new SimClock()
  readonly #attempts = new Map<string, Attempt[]>(QUEUES.map((queue) => [queue, []]))
  #fileSystem = new SimFileSystem()
  #store: DefaultMessageStore
  #count = 0

  constructor(seed: number) {
    this.#random = new Random(seed)
    this.#isSyncFlush = this.#random.chance(0.5)
    this.#store = this.#newStore()
  }

  #newStore(): DefaultMessageStore {
    return makeStore({
      directory: DIRECTORY,
      fileSystem: this.#fileSystem,
      clock: this.#clock,
      config: { flushDiskType: this.#isSyncFlush ? 'SYNC_FLUSH' : 'ASYNC_FLUSH' },
      limits: {
        tailBytes: this.#random.pick([1, 64 * 1024]),
        consumeQueueTailBytes: 1,
        openFiles: 3,
      },
    })
  }

  async execute(): Promise<void> {
    await this.#store.start()
    for (let step = 0; step < STEPS; step++) await this.#step()
    await this.#restart('stop')
    await this.#store.stop()
  }

  async #step(): Promise<void> {
    const dice = this.#random.next()
    if (dice < 0.6) this.#putSome()
    else if (dice < 0.8) this.#clock.advance(this.#random.pick([10, 700, 11_000, 61_000]))
    else if (dice < 0.86) this.#failWrites()
    else if (dice < 0.9) this.#fileSystem.dieAfter(1 + this.#random.below(20))
    else if (dice < 0.95) await this.#restart(this.#random.pick(['kill', 'power loss'] as const))
    else if (dice < 0.97) await this.#restart('stop')
    for (let turn = this.#random.below(6); turn > 0; turn--) await nextTurn()
    if (this.#fileSystem.isDead) {
      await this.#restart(this.#random.pick(['kill', 'power loss'] as const))
    }
  }

  #failWrites(): void {
    let left = this.#random.below(3)
    const code = this.#random.pick(['ENOSPC', 'EIO'])
    this.#fileSystem.fault = (operation) => {
      const isWrite = operation === 'write' || operation === 'create'
      return isWrite && left-- > 0 ? simError(code) : undefined
    }
  }

  #putSome(): void {
    for (let count = 1 + this.#random.below(5); count > 0; count--) {
      const queue = this.#random.pick(QUEUES)
      const size = this.#random.chance(0.3) ? 1 + this.#random.below(5) : 1
      const attempts = Array.from({ length: size }, () => this.#newAttempt(queue))
      const [topic = '', queueId] = queue.split('/')
      const target = { topic, queueId: Number(queueId) }
      const fileSystem = this.#fileSystem
      const done = (result: PutMessageResult) => {
        if (!fileSystem.isDead) this.#onDone(attempts, result) // what a dead process answers nobody hears
      }
      if (size === 1) {
        const body = Buffer.from(attempts[0]?.body ?? '')
        const properties = keysOf(attempts[0]?.body ?? '')
        this.#store.putMessage(makeMessage({ ...target, body, properties }), done)
      } else {
        const members = attempts.map(({ body }) => ({
          flag: 0,
          body: Buffer.from(body),
          properties: keysOf(body),
        }))
        this.#store.putMessages(makeMessage({ ...target, body: encodeBatch(members) }), done)
      }
    }
  }

  #newAttempt(queue: string): Attempt {
    const body = `${this.#count++}`.padEnd(this.#random.below(1500), '.')
    const attempt: Attempt = { body, state: 'pending', queueOffset: undefined }
    this.#attempts.get(queue)?.push(attempt)
    return attempt
  }

  #onDone(attempts: readonly Attempt[], { status, appended }: PutMessageResult): void {
    attempts.forEach((attempt, index) => {
      attempt.state = status === 'PUT_OK' ? 'acked' : 'failed'
      if (appended !== undefined) attempt.queueOffset = appended.queueOffset + index
    })
  }

  async #restart(how: 'stop' | 'kill' | 'power loss'): Promise<void> {
    this.#fileSystem.fault = () => undefined
    this.#fileSystem.dieAfter(Infinity)
    if (how === 'stop') await this.#store.stop()
    const isLossy = how === 'power loss' && !this.#isSyncFlush
    const disk = this.#fileSystem.restart(how === 'stop' ? 'kill' : how, this.#random)
    this.#fileSystem = disk
    this.#clock.advance(1)
    this.#store = this.#newStore()
    await this.#store.start()
    for (const queue of QUEUES) await this.#check(queue, isLossy)
    await this.#checkIndex()
    await this.#checkLog()
  }

  /** The queue holds, without gaps, messages that were put into it, and none that was acknowledged is missing. */
  async #check(queue: string, isLossy: boolean): Promise<void> {
    const attempts = this.#attempts.get(queue) ?? []
    const found = await this.#readQueue(queue)
    const byBody = new Map(attempts.map((attempt) => [attempt.body, attempt]))
    found.forEach((body, offset) => {
      const attempt = byBody.get(body)
      if (attempt === undefined) expect.fail(`${queue}: unknown message at ${offset}`)
      if (attempt.state === 'acked') equal(attempt.queueOffset, offset, queue)
    })
    const bodies = new Set(found)
    equal(bodies.size, found.length, `${queue}: a message twice`)
    const lost = attempts.filter(({ state, body }) => state === 'acked' && !bodies.has(body))
    if (!isLossy) expect(lost, `${queue}: acknowledged and lost`).to.deep.equal([])
    this.#attempts.set(
      queue,
      found.map((body, queueOffset) => ({ body, state: 'acked', queueOffset })),
    )
  }

  /** Each message is found by its key, once. */
  async #checkIndex(): Promise<void> {
    for (const [queue, attempts] of this.#attempts) {
      const [topic = ''] = queue.split('/')
      for (const { body } of attempts) {
        const key = keyOf(body)
        const { records } = await this.#store.queryMessage(topic, key, 64, 0, this.#clock.now())
        const bodies = records.map((record) => decodeRecord(record).body.toString())
        if (bodies.length !== 1 || bodies[0] !== body) {
          expect.fail(`${topic}#${key} found ${bodies.length} times`)
        }
      }
    }
  }

  async #readQueue(queue: string): Promise<string[]> {
    const [topic = '', queueId] = queue.split('/')
    const max = this.#store.getMaxOffsetInQueue(topic, Number(queueId))
    const bodies: string[] = []
    while (bodies.length < max) {
      const request = { group: 'G', topic, queueId: Number(queueId), maxMsgNums: 32 }
      const result = await this.#store.getMessage({ ...request, offset: bodies.length })
      equal(result.status, 'FOUND', `${queue} at ${bodies.length} of ${max}`)
      for (const record of result.records) {
        const message = decodeRecord(record)
        equal(message.queueOffset, bodies.length, queue)
        bodies.push(message.body.toString())
      }
      equal(result.nextBeginOffset, bodies.length, queue)
    }
    return bodies
  }

  /** The log from its start to its end is whole records: exactly those of the queues. */
  async #checkLog(): Promise<void> {
    let inQueues = 0
    for (const queue of QUEUES) {
      const [topic = '', queueId] = queue.split('/')
      inQueues += this.#store.getMaxOffsetInQueue(topic, Number(queueId))
    }
    let inLog = 0
    for (let offset = 0; offset < this.#store.maxPhysicalOffset;) {
      const message = await this.#store.lookMessageByOffset(offset)
      if (message === undefined) {
        offset = (Math.floor(offset / (16 * 1024)) + 1) * 16 * 1024
        continue
      }
      inLog++
      offset += message.storeSize
    }
    equal(inLog, inQueues, 'messages in the log')
  }
}

/** Without chai's cost: this is called for each message after each restart. */
function equal(found: unknown, wanted: unknown, what: string): void {
  if (found !== wanted) expect.fail(`${what}: ${String(found)} instead of ${String(wanted)}`)
}

function keyOf(body: string): string {
  return `k${parseInt(body, 10)}`
}

function keysOf(body: string): string {
  return `KEYS\x01${keyOf(body)} shared\x02`
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
