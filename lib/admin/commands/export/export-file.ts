import { type JsonInput, stringifyJson } from '../../../../codec/fastjson-writer.ts'
import type { AdminContext } from '../../command.ts'
import { text } from '../../option.ts'
import { writeTextFile } from '../../text-file.ts'

/** Source: tools.command.export.ExportMetadataCommand#DEFAULT_FILE_PATH */
const DEFAULT_DIRECTORY = '/tmp/rocketmq/export'

export const FILE_PATH = text(
  'f',
  'DIRECTORY',
  `where it is written; ${DEFAULT_DIRECTORY} by default`,
)

/** Writes `value` into a file of the directory, and says so. */
export function exportJson(
  { fileSystem, output }: AdminContext,
  directory: string | undefined,
  fileName: string,
  value: JsonInput,
): void {
  const path = `${directory ?? DEFAULT_DIRECTORY}/${fileName}`
  writeTextFile(fileSystem, path, stringifyJson(value, { pretty: true }))
  output.print({ path }, [`export ${path} success`])
}
