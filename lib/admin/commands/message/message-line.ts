import type { Output } from '../../output.ts'
import { dataOf, describeMessage, type FetchedMessage } from '../../fetched-message.ts'
import { textOf } from './show-message.ts'

/** Prints messages on a line each; without a charset their bodies only as bytes. */
export function printMessages(
  output: Output,
  messages: readonly FetchedMessage[],
  charset: string | undefined,
): void {
  for (const message of messages) {
    const text = charset === undefined ? undefined : textOf(message, charset)
    output.print(dataOf(message, text), [
      `MSGID: ${message.msgId} ${describeMessage(message)} BODY: ${text ?? 'NOT PRINT BODY'}`,
    ])
  }
}
