import { checkCrcProperty } from '../../../codec/message/crc-property.ts'
import {
  isBodyIntact,
  isMessageMagic,
  locateParts,
  MIN_RECORD_SIZE,
  recordMagic,
  recordStoreTimestamp,
  type RecordParts,
} from '../../../codec/message/record-reader.ts'
import { getTransactionValue, hasFlag, MessageSysFlag } from '../../../codec/message/sys-flag.ts'
import { DelayLevels } from '../../common/delay-levels.ts'
import { indexFileSize } from '../index/index-file.ts'
import { readDispatchRequest, type DispatchRequest } from '../reput/dispatch-request.ts'
import { verifySeries } from './file-verifier.ts'
import type { Finding, FindingListener, Severity } from './finding.ts'
import { IndexVerifier } from './index-verifier.ts'
import { LogWalker, type LogEnd, type LogGap } from './log-walker.ts'
import { QueueVerifiers } from './queue-verifiers.ts'
import { TimerVerifier } from './timer-verifier.ts'
import { readTopicNames, verifyCheckpoint, verifyConfigFiles } from './state-verifier.ts'
import type { SeriesFile, StoreDirectory } from './store-directory.ts'

/** As in store-checkpoint.ts. Source: store.StoreCheckpoint#getMinTimestamp */
const CHECKPOINT_MARGIN_MS = 3_000

export interface VerifyOptions {
  /** Called for each finding as it is made. */
  readonly onFinding: FindingListener
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void
}

/** What has been checked, and how many findings of each severity there are. */
export interface VerifyResult {
  readonly messages: number
  readonly logStart: number
  readonly logEnd: number
  readonly queues: number
  readonly units: number
  readonly indexFiles: number
  readonly indexEntries: number
  readonly wasKilled: boolean
  readonly findings: Readonly<Record<Severity, number>>
}

/** Checks all that is in a store against the log, which is read once, from its start to its end. Writes nothing. */
export function verifyStore(
  directory: StoreDirectory,
  options: VerifyOptions,
): Promise<VerifyResult> {
  return new StoreVerifier(directory, options).run()
}

class StoreVerifier {
  readonly #directory: StoreDirectory
  readonly #options: VerifyOptions
  readonly #findings: Record<Severity, number> = { damage: 0, repair: 0, note: 0 }
  readonly #wasKilled: boolean
  readonly #delayLevels: DelayLevels
  readonly #queues: QueueVerifiers
  readonly #index: IndexVerifier
  readonly #indexPaths: readonly string[]
  readonly #totalBytes: number
  #doneBytes = 0
  #messages = 0
  #newestStoreTimestamp = 0

  constructor(directory: StoreDirectory, options: VerifyOptions) {
    this.#directory = directory
    this.#options = options
    this.#wasKilled = directory.hasAbortFile
    this.#delayLevels = new DelayLevels(directory.settings.messageDelayLevel)
    this.#totalBytes = directory.logFiles.reduce((sum, { size }) => sum + size, 0)
    const onFinding = (finding: Finding) => this.#report(finding)
    this.#queues = new QueueVerifiers({
      directory,
      topicNames: readTopicNames(directory),
      onFinding,
      repairedFrom: this.#wasKilled ? recoveryStart(directory) : Number.MAX_SAFE_INTEGER,
    })
    this.#indexPaths = this.#usableIndexFiles()
    this.#index = new IndexVerifier({
      fileSystem: directory.fileSystem,
      paths: this.#indexPaths,
      hashSlotNum: directory.settings.maxHashSlotNum,
      logStart: this.#logStart,
      onFinding,
      repairedFrom: this.#wasKilled
        ? (directory.readCheckpoint()?.indexMsgTimestamp ?? 0)
        : Number.MAX_SAFE_INTEGER,
    })
  }

  get #logStart(): number {
    return this.#directory.logFiles[0]?.startOffset ?? 0
  }

  async run(): Promise<VerifyResult> {
    const { logFiles, fileSystem } = this.#directory
    const onFinding = (finding: Finding) => this.#report(finding)
    verifySeries('log-file', logFiles, onFinding)
    verifyConfigFiles(this.#directory, onFinding)
    const walker = new LogWalker(fileSystem, {
      onRecord: (bytes, start, end, file) => this.#checkRecord(bytes, start, end, file),
      onGap: (gap, endOffset) => this.#reportGap(gap, endOffset),
      onProgress: (offset) => this.#progress(offset),
    })
    const end = await walker.walk(logFiles, 0)
    this.#queues.finish(this.#logStart, end.offset, this.#wasKilled)
    this.#index.finish(end.offset)
    this.#checkTail(end)
    const timerBounds = {
      startOffset: this.#logStart,
      endOffset: end.offset,
      wasKilled: this.#wasKilled,
    }
    new TimerVerifier(this.#directory, timerBounds, onFinding).run()
    const newestStoreTimestamp = this.#newestStoreTimestamp
    const bounds = { endOffset: end.offset, newestStoreTimestamp }
    verifyCheckpoint(this.#directory, bounds, onFinding)
    return this.#result(end)
  }

  #result(end: LogEnd): VerifyResult {
    return {
      messages: this.#messages,
      logStart: this.#logStart,
      logEnd: end.offset,
      queues: this.#queues.count,
      units: this.#queues.checkedUnits,
      indexFiles: this.#indexPaths.length,
      indexEntries: this.#index.checkedEntries,
      wasKilled: this.#wasKilled,
      findings: this.#findings,
    }
  }

  #report(finding: Finding): void {
    this.#findings[finding.severity]++
    this.#options.onFinding(finding)
  }

  #progress(offset: number): void {
    this.#doneBytes = Math.max(this.#doneBytes, offset - this.#logStart)
    this.#options.onProgress?.(Math.min(this.#doneBytes, this.#totalBytes), this.#totalBytes)
  }

  // ---- records ----

  #checkRecord(bytes: Buffer, start: number, end: number, file: SeriesFile): boolean {
    const request = readDispatchRequest(bytes, start, end, this.#delayLevels)
    const parts = locateParts(bytes, start, end)
    if (request === undefined || parts === undefined) return true
    this.#messages++
    this.#checkCrc(bytes, start, end, parts, request, file)
    this.#checkTime(request, file)
    this.#checkFollowers(request, file)
    return true
  }

  #checkCrc(
    bytes: Buffer,
    start: number,
    end: number,
    parts: RecordParts,
    request: DispatchRequest,
    file: SeriesFile,
  ): void {
    const position = request.commitLogOffset - file.startOffset
    const report = (what: string) => {
      const { topic, queueId, queueOffset } = request
      const text = `wrong CRC of the ${what} of message ${queueOffset} of ${topic}, queue ${queueId}`
      this.#report({ severity: 'damage', kind: 'log-crc', file: file.path, position, text })
    }
    if (!isBodyIntact(bytes, start, parts)) report('body')
    else if (this.#directory.settings.enabledAppendPropCRC) {
      if (!checkCrcProperty(bytes.subarray(start, end))) report('record')
    }
  }

  #checkTime({ storeTimestamp, commitLogOffset }: DispatchRequest, file: SeriesFile): void {
    const newest = this.#newestStoreTimestamp
    this.#newestStoreTimestamp = Math.max(newest, storeTimestamp)
    if (storeTimestamp >= newest) return
    this.#report({
      severity: 'note',
      kind: 'store-time',
      file: file.path,
      position: commitLogOffset - file.startOffset,
      text: `stored at ${storeTimestamp}, behind a message of ${newest}: was the clock set back?`,
    })
  }

  #checkFollowers(request: DispatchRequest, file: SeriesFile): void {
    const type = getTransactionValue(request.sysFlag)
    const isRolledBack = type === MessageSysFlag.TRANSACTION_ROLLBACK_TYPE
    if (!isRolledBack) this.#index.check(request)
    if (isRolledBack || type === MessageSysFlag.TRANSACTION_PREPARED_TYPE) return
    if (hasFlag(request.sysFlag, MessageSysFlag.INNER_BATCH_FLAG)) return
    this.#queues.check(request, file)
  }

  #reportGap({ file, startOffset, reason, isZero }: LogGap, endOffset: number): void {
    const what = isZero ? 'nothing but zeroes' : reason
    this.#report({
      severity: 'damage',
      kind: 'log-record',
      file: file.path,
      position: startOffset - file.startOffset,
      text: `${what}, no record in ${endOffset - startOffset} bytes up to log offset ${endOffset}`,
    })
  }

  /** Behind the last record there should be zeroes. What queues point to has been there. */
  #checkTail({ offset, gap }: LogEnd): void {
    if (gap === undefined || gap.isZero) return
    const isLost = !this.#wasKilled && this.#queues.pointsBehind(offset)
    this.#report({
      severity: isLost ? 'damage' : 'repair',
      kind: 'log-tail',
      file: gap.file.path,
      position: gap.startOffset - gap.file.startOffset,
      text: `${gap.reason} behind the last message, which ends at log offset ${offset}`,
    })
  }

  // ---- index ----

  #usableIndexFiles(): string[] {
    const { fileSystem, settings } = this.#directory
    const expected = indexFileSize(settings.maxHashSlotNum, settings.maxIndexNum)
    return this.#directory.indexFiles().filter((file) => {
      const size = fileSystem.stat(file)?.size
      if (size === expected) return true
      const text = `${size} bytes, which is not the configured size ${expected}: not compared with the log`
      this.#report({ severity: 'note', kind: 'not-checked', file, position: 0, text })
      return false
    })
  }
}

/** Where the next start begins to read the log after a crash, dispatching what it finds. Source: store.CommitLog#recoverAbnormally */
function recoveryStart(directory: StoreDirectory): number {
  const { physicMsgTimestamp = 0, logicsMsgTimestamp = 0 } = directory.readCheckpoint() ?? {}
  const safeTimestamp = Math.min(physicMsgTimestamp, logicsMsgTimestamp) - CHECKPOINT_MARGIN_MS
  const file = directory.logFiles.findLast((each) => {
    const timestamp = firstStoreTimestamp(directory, each)
    return timestamp > 0 && timestamp <= safeTimestamp
  })
  return (file ?? directory.logFiles[0])?.startOffset ?? 0
}

/** 0 when the file does not begin with a message. */
function firstStoreTimestamp({ fileSystem }: StoreDirectory, { path }: SeriesFile): number {
  const head = Buffer.alloc(MIN_RECORD_SIZE)
  const handle = fileSystem.open(path, 'r')
  try {
    handle.readSync(head, 0)
  } finally {
    handle.close()
  }
  return isMessageMagic(recordMagic(head, 0)) ? recordStoreTimestamp(head, 0) : 0
}
