import { FrameError } from './errors.ts'
import { languageCode, languageName } from './language-code.ts'
import type { ExtFields } from './remoting-command.ts'
import { RemotingCommand } from './remoting-command.ts'

interface JsonHeader {
  code?: unknown
  language?: unknown
  version?: unknown
  opaque?: unknown
  flag?: unknown
  remark?: unknown
  extFields?: unknown
}

/**
 * The header that stands as JSON in `buffer[start, end)`. Unknown keys are passed over, an unknown language is OTHER.
 * @throws FrameError when it is no JSON object or a number is missing
 * Source: remoting.protocol.RemotingSerializable, remoting sheet section 2
 */
export function decodeJsonHeader(buffer: Buffer, start: number, end: number): RemotingCommand {
  const header = parseObject(buffer.toString('utf8', start, end))
  const command = new RemotingCommand(int32(header.code, 'code'))
  command.language = languageCode(header.language)
  command.version = int32(header.version ?? 0, 'version')
  command.opaque = int32(header.opaque ?? 0, 'opaque')
  command.flag = int32(header.flag ?? 0, 'flag')
  if (typeof header.remark === 'string') command.remark = header.remark
  if (header.extFields !== undefined && header.extFields !== null) {
    command.extFields = textFields(header.extFields)
  }
  return command
}

function parseObject(text: string): JsonHeader {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new FrameError('the header is not valid JSON')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new FrameError('the header is not a JSON object')
  }
  return value
}

function int32(value: unknown, name: string): number {
  if (typeof value === 'number' && (value | 0) === value) return value
  throw new FrameError(`the header's ${name} is not an int`)
}

/** What a careless client wrote as a number, boolean or object becomes text, null is left out, as fastjson reads them. */
function textFields(value: unknown): ExtFields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new FrameError('extFields is not a JSON object')
  }
  const fields = value as Record<string, unknown>
  for (const key in fields) {
    const field = fields[key]
    if (typeof field === 'string') continue
    if (field === null) delete fields[key]
    else fields[key] = fieldText(field)
  }
  return fields as ExtFields
}

function fieldText(value: unknown): string {
  try {
    return JSON.stringify(value)
  } catch {
    throw new FrameError('a field of the header is nested too deeply')
  }
}

/** The header as JSON behind `reserve` free bytes, keys in the order in which Apache writes them. */
export function encodeJsonHeader(command: RemotingCommand, reserve: number): Buffer {
  const text = jsonHeader(command)
  const length = Buffer.byteLength(text)
  const buffer = Buffer.allocUnsafe(reserve + length)
  buffer.write(text, reserve, length, 'utf8')
  return buffer
}

function jsonHeader(command: RemotingCommand): string {
  const ext =
    command.extFields === undefined ? '' : `"extFields":${JSON.stringify(command.extFields)},`
  const remark = command.remark === undefined ? '' : `"remark":${JSON.stringify(command.remark)},`
  return (
    `{"code":${command.code},${ext}"flag":${command.flag},"language":"${languageName(command.language)}",` +
    `"opaque":${command.opaque},${remark}"serializeTypeCurrentRPC":"JSON","version":${command.version}}`
  )
}
