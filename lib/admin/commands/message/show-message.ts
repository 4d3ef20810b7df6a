import { timeMillisToHumanString } from '../../../common/clock.ts'
import type { AdminContext } from '../../command.ts'
import { describeError } from '../../describe-error.ts'
import {
  dataOf,
  describeProperties,
  type FetchedMessage,
  keysOf,
  tagsOf,
} from '../../fetched-message.ts'
import { printf } from '../../printf.ts'
import { writeFile } from '../../text-file.ts'
import { describeTrack, type MessageTrack, messageTrackDetail } from './message-track.ts'

/** Source: tools.command.message.QueryMsgByIdSubCommand#createBodyFile */
const BODY_DIRECTORY = '/tmp/rocketmq/msgbodys'

export interface Showing {
  readonly withOffsetId: boolean
  /** What the body is printed in; without it the body is in its file only. */
  readonly charset?: string | undefined
  /** Which one it is of those with the same id. */
  readonly index?: number
}

/** Prints all about a message, with who has consumed it, and writes its body into a file. */
export async function showMessage(
  context: AdminContext,
  message: FetchedMessage,
  { withOffsetId, charset, index = 0 }: Showing,
): Promise<void> {
  const { admin, output, fileSystem } = context
  const path = `${BODY_DIRECTORY}/${message.msgId}${index === 0 ? '' : `_${index}`}`
  writeFile(fileSystem, path, message.body)
  const text = charset === undefined ? undefined : textOf(message, charset)
  let tracks: MessageTrack[] | undefined
  try {
    tracks = await messageTrackDetail(admin, message)
  } catch (error) {
    output.complain(`who has consumed it: ${describeError(error)}`)
  }
  output.print({ ...dataOf(message, text), bodyPath: path, tracks }, [
    ...(withOffsetId ? [line('OffsetID:', message.offsetMsgId)] : []),
    ...linesOf(message),
    line('Message Body Path:', path),
    ...(message.packedBy === undefined ? [] : [line('Body Packed By:', message.packedBy)]),
    ...(text === undefined ? [] : [line('Message Body:', text)]),
    ...(tracks === undefined ? [] : trackLines(tracks)),
  ])
}

/** What is packed in a way that cannot be undone here is told, not printed. @throws RangeError for a charset that there is not */
export function textOf({ body, packedBy }: FetchedMessage, charset: string): string {
  if (packedBy !== undefined) return `(${body.length} bytes, packed by ${packedBy})`
  return new TextDecoder(charset).decode(body)
}

function linesOf(message: FetchedMessage): string[] {
  return [
    line('Topic:', message.topic),
    line('Tags:', `[${tagsOf(message) ?? null}]`),
    line('Keys:', `[${keysOf(message) ?? null}]`),
    line('Queue ID:', message.queueId),
    line('Queue Offset:', message.queueOffset),
    line('CommitLog Offset:', message.commitLogOffset),
    line('Reconsume Times:', message.reconsumeTimes),
    line('Born Timestamp:', timeMillisToHumanString(message.bornTimestamp)),
    line('Store Timestamp:', timeMillisToHumanString(message.storeTimestamp)),
    line('Born Host:', message.bornHost.toString()),
    line('Store Host:', message.storeHost.toString()),
    line('System Flag:', message.sysFlag),
    line('Properties:', describeProperties(message.properties)),
  ]
}

function line(name: string, value: string | number): string {
  return printf('%-20s %s', name, value)
}

function trackLines(tracks: readonly MessageTrack[]): string[] {
  const lines = tracks.length === 0 ? ['WARN: No Consumer'] : tracks.map(describeTrack)
  return ['', '', ...lines]
}
