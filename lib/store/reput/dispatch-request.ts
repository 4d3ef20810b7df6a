import { findProperty } from '../../../codec/message/properties.ts'
import { MessageConst } from '../../../codec/message/property-names.ts'
import {
  locateParts,
  recordCommitLogOffset,
  recordQueueId,
  recordQueueOffset,
  recordStoreTimestamp,
  recordSysFlag,
  type RecordParts,
} from '../../../codec/message/record-reader.ts'
import { tagsString2tagsCode } from '../../../codec/message/tags.ts'
import type { DelayLevels } from '../../common/delay-levels.ts'

const SCHEDULE_TOPIC = 'SCHEDULE_TOPIC_XXXX'

/** A stored record: the bytes of `buffer` from `start` to `end`. */
export interface RecordBytes {
  readonly buffer: Buffer
  readonly start: number
  readonly end: number
}

/** What the followers of the log get to know of a message. Apache: store.DispatchRequest */
export interface DispatchRequest {
  readonly topic: string
  readonly queueId: number
  readonly commitLogOffset: number
  readonly size: number
  /** The tag's hash; for a message that waits for a delay level, the time at which it is due. */
  readonly tagsCode: number
  readonly storeTimestamp: number
  readonly queueOffset: number
  readonly sysFlag: number
  /** Encoded (codec/message/properties.ts). */
  readonly properties: string
  /** Valid while the message is dispatched. */
  readonly record: RecordBytes
  /** For consume queue ext: which groups' expressions the message fulfils, when the first follower of the log has told. */
  bitMap: Buffer | undefined
}

/** Reads the record between `start` and `end`; undefined when its lengths do not add up. */
export function readDispatchRequest(
  buffer: Buffer,
  start: number,
  end: number,
  delayLevels: DelayLevels,
): DispatchRequest | undefined {
  const parts = locateParts(buffer, start, end)
  return parts === undefined ? undefined : toDispatchRequest(buffer, start, parts, delayLevels)
}

/** Reads the record that begins at `start` and has `parts`. */
export function toDispatchRequest(
  buffer: Buffer,
  start: number,
  parts: RecordParts,
  delayLevels: DelayLevels,
): DispatchRequest {
  const topic = buffer.toString('utf8', parts.topicStart, parts.topicEnd)
  const properties = buffer.toString('utf8', parts.propertiesStart, parts.propertiesEnd)
  const storeTimestamp = recordStoreTimestamp(buffer, start)
  return {
    topic,
    queueId: recordQueueId(buffer, start),
    commitLogOffset: recordCommitLogOffset(buffer, start),
    size: parts.propertiesEnd - start,
    tagsCode: tagsCodeOf(topic, properties, storeTimestamp, delayLevels),
    storeTimestamp,
    queueOffset: recordQueueOffset(buffer, start),
    sysFlag: recordSysFlag(buffer, start),
    properties,
    record: { buffer, start, end: parts.propertiesEnd },
    bitMap: undefined,
  }
}

/** Source: store.CommitLog#checkMessageAndReturnSize, "Timing message processing" */
function tagsCodeOf(
  topic: string,
  properties: string,
  storeTimestamp: number,
  delayLevels: DelayLevels,
): number {
  if (topic === SCHEDULE_TOPIC) {
    const level = Number(findProperty(properties, MessageConst.PROPERTY_DELAY_TIME_LEVEL))
    if (level > 0) return delayLevels.computeDeliverTimestamp(level, storeTimestamp)
  }
  return tagsString2tagsCode(findProperty(properties, MessageConst.PROPERTY_TAGS))
}
