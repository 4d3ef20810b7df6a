import { basename } from 'node:path'
import { parseJson } from '../../../codec/fastjson.ts'
import { readInt64 } from '../../../codec/java.ts'
import { CHECKPOINT_FILE_SIZE } from '../../../codec/store/checkpoint.ts'
import { toError } from '../../common/errors.ts'
import type { FindingListener } from './finding.ts'
import type { StoreDirectory } from './store-directory.ts'

/** What the log tells that a checkpoint may tell, too. */
export interface LogBounds {
  readonly endOffset: number
  /** Of the newest message; 0 when there is none. */
  readonly newestStoreTimestamp: number
}

const TIME_FIELDS = ['physicMsgTimestamp', 'logicsMsgTimestamp', 'indexMsgTimestamp'] as const
const OFFSET_FIELDS = ['masterFlushedOffset', 'confirmPhyOffset'] as const
/** Written when there is no such offset. */
const NO_OFFSET = -1
/** The files of config/ that hold a list, users and their rights; all others hold an object. */
const LIST_FILE = /^(users|acls)\.json(\.bak)?$/

/** A checkpoint that is ahead of the log makes recovery begin behind messages that it has to look at. */
export function verifyCheckpoint(
  directory: StoreDirectory,
  log: LogBounds,
  onFinding: FindingListener,
): void {
  const file = directory.path('checkpoint')
  const report = (position: number, text: string) =>
    onFinding({ severity: 'damage', kind: 'checkpoint', file, position, text })
  const bytes = readCheckpointFile(directory, file)
  if (bytes === undefined) {
    if (log.endOffset === 0) return
    const text = 'missing or empty: after a crash the whole log would be read'
    onFinding({ severity: 'repair', kind: 'checkpoint', file, position: 0, text })
    return
  }
  const fields = [...TIME_FIELDS, ...OFFSET_FIELDS]
  if (bytes.length < fields.length * 8) {
    report(0, `${bytes.length} bytes instead of ${CHECKPOINT_FILE_SIZE}`)
    return
  }
  fields.forEach((field, index) => {
    const value = readInt64(bytes, index * 8)
    const isTime = index < TIME_FIELDS.length
    const limit = isTime ? log.newestStoreTimestamp : log.endOffset
    const limitName = isTime ? 'newest message was stored at' : 'log ends at'
    if (!Number.isSafeInteger(value) || value < (isTime ? 0 : NO_OFFSET)) {
      report(index * 8, `${field} is ${value}`)
    } else if (value > limit) {
      report(index * 8, `${field} is ${value}, but the ${limitName} ${limit}`)
    }
  })
}

/** undefined when there is nothing in it: a crash came while the first one was made. */
function readCheckpointFile({ fileSystem }: StoreDirectory, file: string): Buffer | undefined {
  const bytes = fileSystem.exists(file) ? fileSystem.readFile(file) : Buffer.alloc(0)
  return bytes.length === 0 ? undefined : bytes
}

/** Every JSON file under config/ has to parse; its .bak is only read when it does not. */
export function verifyConfigFiles(directory: StoreDirectory, onFinding: FindingListener): void {
  const names = directory.fileSystem.list(directory.path('config'))
  for (const name of names.filter((each) => /\.json(\.bak)?$/.test(each))) {
    const file = directory.path('config', name)
    const problem = jsonProblem(directory, file)
    if (problem === undefined) continue
    const isBackup = name.endsWith('.bak')
    const fallback = isBackup ? '' : `; ${describeBackup(directory, name)}`
    onFinding({
      severity: isBackup ? 'note' : 'damage',
      kind: 'config',
      file,
      position: 0,
      text: `${problem}${fallback}`,
    })
  }
}

function describeBackup(directory: StoreDirectory, name: string): string {
  const path = directory.path('config', `${name}.bak`)
  if (!directory.fileSystem.exists(path)) return 'there is no .bak'
  const problem = jsonProblem(directory, path)
  return problem === undefined ? `${basename(path)} is good and will be used` : '.bak is bad, too'
}

/** undefined for JSON as brokers write it. */
function jsonProblem({ fileSystem }: StoreDirectory, file: string): string | undefined {
  const text = fileSystem.readFile(file).toString('utf8')
  if (text.trim() === '') return 'empty'
  try {
    const value = parseJson(text)
    if (LIST_FILE.test(basename(file))) return Array.isArray(value) ? undefined : 'not a list'
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? undefined : 'not an object'
  } catch (error) {
    return toError(error).message
  }
}

/** Names of the topics that the broker knows; undefined when its list cannot be read. */
export function readTopicNames(directory: StoreDirectory): Set<string> | undefined {
  const { fileSystem } = directory
  for (const name of ['topics.json', 'topics.json.bak']) {
    const path = directory.path('config', name)
    if (!fileSystem.exists(path) || jsonProblem(directory, path) !== undefined) continue
    const content = parseJson(fileSystem.readFile(path)) as { topicConfigTable?: object }
    return new Set(Object.keys(content.topicConfigTable ?? {}))
  }
  return undefined
}
