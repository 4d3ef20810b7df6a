import { recordTotalSize } from '../../../../codec/message/record-reader.ts'
import { defineCommand } from '../../command.ts'
import { dataOf, decodeMessages, describeMessage } from '../../fetched-message.ts'
import { required, text } from '../../option.ts'

/** Up to the first place without a record. Apache: tools.command.message.DumpCompactionLogCommand */
export const dumpCompactionLog = defineCommand({
  name: 'dumpCompactionLog',
  text: 'Prints the messages of a file of a compaction log.',
  options: { file: required(text('f', 'FILE', 'a file of the log')) },
  async run({ fileSystem, output }, { file }) {
    const bytes = fileSystem.readFile(file)
    let start = 0
    while (start + 4 <= bytes.length) {
      const size = recordTotalSize(bytes, start)
      if (size <= 0 || start + size > bytes.length) return
      for (const message of decodeMessages(bytes.subarray(start, start + size))) {
        output.print(dataOf(message), [describeMessage(message)])
      }
      start += size
    }
  },
})
