import {
  CQ_STORE_UNIT_SIZE,
  isUnitWritten,
  unitCommitLogOffset,
  unitExtOffset,
  unitSize,
  unitTagsCode,
} from '../../../codec/store/consume-queue-unit.ts'
import type { FileSystem } from '../../common/file-system.ts'
import type { DispatchRequest } from '../reput/dispatch-request.ts'
import { ExtReader } from './ext-reader.ts'
import type { FindingListener, Severity } from './finding.ts'
import type { QueueFiles, SeriesFile } from './store-directory.ts'
import { UnitReader } from './unit-reader.ts'

/** Units that may be damaged when the first message of a queue is looked for. */
const FIRST_UNITS = 16

export interface QueueVerifierDeps {
  readonly fileSystem: FileSystem
  readonly windowUnits: number
  readonly onFinding: FindingListener
  /** Messages from here on are dispatched again by the next start. */
  readonly repairedFrom: number
}

/** Compares one consume queue with the log: gets the queue's messages in the order of the log. */
export class QueueVerifier {
  readonly #deps: QueueVerifierDeps
  readonly #queue: QueueFiles
  readonly #units: UnitReader
  readonly #ext: ExtReader
  readonly #firstQueueOffset: number
  readonly #endQueueOffset: number
  /** Messages before belong to a topic of the same name that was deleted. */
  readonly #firstLogOffset: number
  /** What the next message's queue offset should be. */
  #next: number | undefined
  #missing: MissingUnits | undefined
  #checkedUnits = 0

  constructor(queue: QueueFiles, deps: QueueVerifierDeps) {
    this.#queue = queue
    this.#deps = deps
    this.#units = new UnitReader(deps.fileSystem, queue.files, deps.windowUnits)
    this.#ext = new ExtReader(deps.fileSystem, queue.extFiles)
    this.#endQueueOffset = this.#units.findEnd()
    this.#firstQueueOffset = this.#units.findFirst(this.#endQueueOffset, 0)
    this.#firstLogOffset = this.#findFirstLogOffset()
  }

  get checkedUnits(): number {
    return this.#checkedUnits
  }

  /** Where in the log the last message of this queue should be; -1 when there is none. */
  get lastLogOffset(): number {
    const unit = this.#units.read(this.#endQueueOffset - 1)
    return unit !== undefined && isUnitWritten(unit, 0) ? unitCommitLogOffset(unit, 0) : -1
  }

  #findFirstLogOffset(): number {
    let first = Number.MAX_SAFE_INTEGER
    for (let i = 0; i < FIRST_UNITS; i++) {
      const unit = this.#units.read(this.#firstQueueOffset + i)
      if (unit === undefined || !isUnitWritten(unit, 0)) break
      first = Math.min(first, unitCommitLogOffset(unit, 0))
    }
    return first === Number.MAX_SAFE_INTEGER ? 0 : first
  }

  /** Takes the queue's next message, whose record stands in `file`. */
  check(request: DispatchRequest, file: SeriesFile): void {
    if (this.#isOfDeletedTopic(request)) return
    const queueOffset = this.#checkOrder(request, file)
    this.#next = queueOffset + 1
    const unit = this.#units.read(queueOffset)
    if (unit === undefined || !isUnitWritten(unit, 0)) {
      this.#noteMissing(queueOffset, request.commitLogOffset)
      return
    }
    this.#checkedUnits++
    this.#checkUnit(queueOffset, unit, request)
  }

  /** Its units went with the topic; those of the new topic begin at 0 again. */
  #isOfDeletedTopic({ commitLogOffset, queueOffset }: DispatchRequest): boolean {
    return commitLogOffset < this.#firstLogOffset && queueOffset >= this.#firstQueueOffset
  }

  /** The queue offset that the message has, whatever its record says. */
  #checkOrder(request: DispatchRequest, file: SeriesFile): number {
    const { queueOffset, commitLogOffset } = request
    const next = this.#next ?? queueOffset
    if (queueOffset === next) return next
    this.#deps.onFinding({
      severity: 'damage',
      kind: 'queue-offset',
      file: file.path,
      position: commitLogOffset - file.startOffset,
      text: `message ${queueOffset} of ${this.#name} follows on message ${next - 1}`,
    })
    const unit = this.#units.read(next)
    const isNext = unit !== undefined && unitCommitLogOffset(unit, 0) === commitLogOffset
    return isNext ? next : queueOffset
  }

  #checkUnit(queueOffset: number, unit: Buffer, request: DispatchRequest): void {
    const { commitLogOffset, size, tagsCode } = request
    if (unitCommitLogOffset(unit, 0) !== commitLogOffset || unitSize(unit, 0) !== size) {
      const says = `log offset ${unitCommitLogOffset(unit, 0)}, ${unitSize(unit, 0)} bytes`
      const text = `message ${queueOffset} is at log offset ${commitLogOffset}, ${size} bytes, its unit says ${says}`
      this.#report('damage', 'queue-unit', queueOffset, text)
      return
    }
    const extOffset = unitExtOffset(unit, 0)
    if (extOffset !== undefined) this.#checkExt(queueOffset, extOffset, request)
    const unitTags = unitTagsCode(unit, 0)
    if (unitTags === undefined || unitTags === tagsCode) return
    const text = `message ${queueOffset} has the tags code ${tagsCode}, its unit says ${unitTags}`
    this.#report('damage', 'queue-tags-code', queueOffset, text)
  }

  /** Without its unit in consume queue ext a message is found by every filter: its consumer has to look at the tag. */
  #checkExt(queueOffset: number, extOffset: number, request: DispatchRequest): void {
    const { commitLogOffset, tagsCode, storeTimestamp } = request
    const unit = this.#ext.read(extOffset)
    if (unit?.tagsCode === tagsCode && unit.msgStoreTime === storeTimestamp) return
    const isRepaired = commitLogOffset >= this.#deps.repairedFrom
    const where = `its unit points to offset ${extOffset} of consumequeue_ext, where`
    const what =
      unit === undefined
        ? 'there is none'
        : `the tags code is ${unit.tagsCode} instead of ${tagsCode}, the store time ${unit.msgStoreTime} instead of ${storeTimestamp}`
    const text = `message ${queueOffset}: ${where} ${what}`
    this.#report(isRepaired ? 'repair' : 'damage', 'queue-ext', queueOffset, text)
  }

  #noteMissing(queueOffset: number, commitLogOffset: number): void {
    const isRepaired = commitLogOffset >= this.#deps.repairedFrom
    const missing = this.#missing
    if (missing?.end === queueOffset && missing.isRepaired === isRepaired) {
      missing.end++
      return
    }
    this.#reportMissing()
    this.#missing = { start: queueOffset, end: queueOffset + 1, commitLogOffset, isRepaired }
  }

  #reportMissing(): void {
    if (this.#missing === undefined) return
    const { start, end, commitLogOffset, isRepaired } = this.#missing
    this.#missing = undefined
    const which = end - start === 1 ? `unit ${start} is` : `units ${start} to ${end - 1} are`
    const text = `${which} missing, of messages from log offset ${commitLogOffset} on`
    this.#report(isRepaired ? 'repair' : 'damage', 'queue-missing', start, text)
  }

  /** No more messages will come; the log goes from `logStart` to `logEnd`. */
  finish(logStart: number, logEnd: number, wasKilled: boolean): void {
    this.#reportMissing()
    const next = this.#next ?? this.#firstQueueOffset
    const unit = this.#units.read(next)
    if (unit === undefined || !isUnitWritten(unit, 0)) return
    const offset = unitCommitLogOffset(unit, 0)
    if (offset < logStart) return
    const count = this.#endQueueOffset - next
    const isRepaired = wasKilled && offset >= logEnd
    const text = `${Math.max(count, 1)} units from ${next} on have no message; the first says log offset ${offset}, the log ends at ${logEnd}`
    this.#report(isRepaired ? 'repair' : 'damage', 'queue-beyond-log', next, text)
  }

  get #name(): string {
    return `${this.#queue.topic}, queue ${this.#queue.queueId}`
  }

  #report(
    severity: Severity,
    kind: 'queue-unit' | 'queue-tags-code' | 'queue-ext' | 'queue-missing' | 'queue-beyond-log',
    queueOffset: number,
    text: string,
  ): void {
    const file = this.#units.fileAt(queueOffset)
    const position = queueOffset * CQ_STORE_UNIT_SIZE - (file?.startOffset ?? 0)
    const path = file?.path ?? this.#queue.directory
    this.#deps.onFinding({ severity, kind, file: path, position, text: `${this.#name}: ${text}` })
  }
}

interface MissingUnits {
  readonly start: number
  end: number
  readonly commitLogOffset: number
  readonly isRepaired: boolean
}
