import { isUtf8 } from 'node:buffer'
import { createOffsetMsgId } from '../../../codec/message/message-id.ts'
import type { MessageExt } from '../../../codec/message/message.ts'
import { decodeProperties } from '../../../codec/message/properties.ts'
import { timeMillisToHumanString } from '../../common/clock.ts'
import { dumpStore } from '../../store/tools/index.ts'
import { UsageError } from '../../terminal/flags.ts'
import type { StoreTool } from './store-tool.ts'

/** Of a body, in lines for people. */
const BODY_CHARACTERS = 60

/** `rocketmq-server store dump` */
export const dump: StoreTool = async (directory, values, terminal) => {
  const { json, topic, queue } = values
  if (queue !== undefined && topic === undefined) throw new UsageError('--queue needs a --topic')
  const filter = {
    topic,
    queueId: queue === undefined ? undefined : parseNumber('queue', queue),
    from: parseNumber('from', values.from ?? '0'),
    to: parseNumber('to', values.to ?? String(Number.MAX_SAFE_INTEGER)),
    limit: parseNumber('limit', values.limit ?? String(Number.MAX_SAFE_INTEGER)),
  }
  await dumpStore(directory, filter, (message) => {
    terminal.out(json === true ? JSON.stringify(toJson(message)) : format(message))
    return terminal.isClosed !== true
  })
  return 0
}

function parseNumber(flag: string, text: string): number {
  const value = Number(text)
  if (text !== '' && Number.isSafeInteger(value) && value >= 0) return value
  throw new UsageError(`--${flag}=${text} is not a number from 0 on`)
}

function format(message: MessageExt): string {
  const { topic, queueId, queueOffset, commitLogOffset, storeSize, storeTimestamp } = message
  const properties = decodeProperties(message.properties)
  const named = ['TAGS', 'KEYS', 'UNIQ_KEY'].flatMap((name) => {
    const value = properties.get(name)
    return value === undefined ? [] : [`${name}=${value}`]
  })
  return [
    `${commitLogOffset}`,
    timeMillisToHumanString(storeTimestamp),
    `${topic} ${queueId}:${queueOffset}`,
    `${storeSize} B`,
    ...named,
    preview(message.body),
  ].join('  ')
}

function preview(body: Buffer): string {
  if (!isUtf8(body)) return `${body.length} bytes of body`
  const text = body.toString('utf8')
  const isLong = text.length > BODY_CHARACTERS
  return JSON.stringify(isLong ? `${text.slice(0, BODY_CHARACTERS)}...` : text)
}

/** Bodies that are no text are in base64. */
function toJson(message: MessageExt): object {
  const { body, bornHost, storeHost, properties, ...rest } = message
  return {
    ...rest,
    bornHost: bornHost.toString(),
    storeHost: storeHost.toString(),
    offsetMsgId: createOffsetMsgId(storeHost, message.commitLogOffset),
    properties: Object.fromEntries(decodeProperties(properties)),
    ...(isUtf8(body) ? { body: body.toString('utf8') } : { bodyBase64: body.toString('base64') }),
  }
}
