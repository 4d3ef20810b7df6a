import { CQ_STORE_UNIT_SIZE } from '../../../codec/store/consume-queue-unit.ts'
import { isLmq } from '../../common/light-message-queue.ts'
import type { DispatchRequest } from '../reput/dispatch-request.ts'
import { verifySeries } from './file-verifier.ts'
import type { FindingListener } from './finding.ts'
import { QueueVerifier } from './queue-verifier.ts'
import type { QueueFiles, SeriesFile, StoreDirectory } from './store-directory.ts'

/** Units of all queues in memory, together. */
const WINDOWS_BYTES = 64 * 1024 * 1024
const WINDOW_UNITS_MIN = 50
const WINDOW_UNITS_MAX = 8_192

export interface QueueVerifiersDeps {
  readonly directory: StoreDirectory
  /** undefined when not known: then every topic counts as one that should be there. */
  readonly topicNames: ReadonlySet<string> | undefined
  readonly onFinding: FindingListener
  readonly repairedFrom: number
}

/** Compares all consume queues with the log. */
export class QueueVerifiers {
  readonly #deps: QueueVerifiersDeps
  readonly #topics = new Map<string, Map<number, QueueVerifier>>()
  readonly #windowUnits: number
  readonly #deletedTopics = new Map<string, number>()
  #count = 0

  constructor(deps: QueueVerifiersDeps) {
    this.#deps = deps
    const { directory, onFinding } = deps
    const queues = directory.queues()
    const share = WINDOWS_BYTES / CQ_STORE_UNIT_SIZE / Math.max(queues.length, 1)
    this.#windowUnits = Math.min(Math.max(Math.floor(share), WINDOW_UNITS_MIN), WINDOW_UNITS_MAX)
    for (const queue of queues) {
      if (isLmq(queue.topic)) continue
      verifySeries('queue-file', queue.files, onFinding)
      verifySeries('queue-file', queue.extFiles, onFinding)
      this.#add(queue)
    }
  }

  get count(): number {
    return this.#count
  }

  get checkedUnits(): number {
    let units = 0
    for (const queue of this.#all()) units += queue.checkedUnits
    return units
  }

  *#all(): Generator<QueueVerifier> {
    for (const queues of this.#topics.values()) yield* queues.values()
  }

  #add(queue: QueueFiles): QueueVerifier {
    const { directory, onFinding, repairedFrom } = this.#deps
    const verifier = new QueueVerifier(queue, {
      fileSystem: directory.fileSystem,
      windowUnits: this.#windowUnits,
      onFinding,
      repairedFrom,
    })
    const queues = this.#topics.get(queue.topic) ?? new Map<number, QueueVerifier>()
    this.#topics.set(queue.topic, queues.set(queue.queueId, verifier))
    this.#count++
    return verifier
  }

  /** Takes the next message of the log, whose record stands in `file`. */
  check(request: DispatchRequest, file: SeriesFile): void {
    const { topic, queueId } = request
    const queue = this.#topics.get(topic)?.get(queueId) ?? this.#missing(topic, queueId)
    queue?.check(request, file)
  }

  /** A queue that has no files: undefined when it need not have any. */
  #missing(topic: string, queueId: number): QueueVerifier | undefined {
    const { directory, topicNames } = this.#deps
    if (topicNames?.has(topic) === false) {
      this.#deletedTopics.set(topic, (this.#deletedTopics.get(topic) ?? 0) + 1)
      return undefined
    }
    if (directory.fileSystem.exists(directory.path('batchconsumequeue', topic))) return undefined
    const path = directory.path('consumequeue', topic, String(queueId))
    return this.#add({ topic, queueId, directory: path, files: [], extFiles: [] })
  }

  /** Whether any queue tells of a message at `logOffset` or behind. */
  pointsBehind(logOffset: number): boolean {
    for (const queue of this.#all()) if (queue.lastLogOffset >= logOffset) return true
    return false
  }

  /** No more messages will come; the log goes from `logStart` to `logEnd`. */
  finish(logStart: number, logEnd: number, wasKilled: boolean): void {
    for (const queue of this.#all()) queue.finish(logStart, logEnd, wasKilled)
    for (const [topic, messages] of this.#deletedTopics) {
      this.#deps.onFinding({
        severity: 'note',
        kind: 'not-checked',
        file: this.#deps.directory.path('consumequeue', topic),
        position: 0,
        text: `${messages} messages in the log are of this topic, which has been deleted`,
      })
    }
  }
}
