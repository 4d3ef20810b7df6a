import { parseJson } from '../../codec/fastjson.ts'
import type { JsonCodec } from '../../codec/json-codec.ts'
import { list } from '../../codec/json-schema.ts'
import { toError } from '../common/errors.ts'
import type { FileSystem } from '../common/file-system.ts'

/** A list out of a JSON file. @throws Error that names the file, when it cannot be read, is empty or of another shape */
export function readJsonList<T>(fileSystem: FileSystem, path: string, codec: JsonCodec<T>): T[] {
  let values: T[]
  try {
    values = list(codec).fromJson(parseJson(fileSystem.readFile(path)))
  } catch (error) {
    throw new Error(`${path}: ${toError(error).message}`)
  }
  if (values.length === 0) throw new Error(`${path}: there is nothing in it`)
  return values
}
