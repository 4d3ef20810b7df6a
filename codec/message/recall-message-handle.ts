/**
 * What a producer keeps of a timer message to be able to recall it: base64url of
 * `v1 TOPIC BROKERNAME TIMESTAMP UNIQ_KEY`. Source: common.producer.RecallMessageHandle
 */
export interface RecallMessageHandle {
  readonly topic: string
  readonly brokerName: string
  /** As it stands in the handle; whoever uses it checks it. */
  readonly timestampText: string
  /** The message's unique key. */
  readonly messageId: string
}

const VERSION_1 = 'v1'
const SEPARATOR = ' '

export function encodeRecallHandle(handle: RecallMessageHandle): string {
  const { topic, brokerName, timestampText, messageId } = handle
  const text = [VERSION_1, topic, brokerName, timestampText, messageId].join(SEPARATOR)
  const encoded = Buffer.from(text).toString('base64url')
  return encoded + '='.repeat((4 - (encoded.length % 4)) % 4)
}

/** undefined for what is no handle. */
export function decodeRecallHandle(handle: string): RecallMessageHandle | undefined {
  if (!isBase64Url(handle)) return undefined
  const text = Buffer.from(handle, 'base64url').toString('utf8')
  const [version, topic = '', brokerName = '', timestampText = '', messageId = ''] =
    text.split(SEPARATOR)
  if (version !== VERSION_1 || messageId === '') return undefined
  return { topic, brokerName, timestampText, messageId }
}

/** As Java's decoder: padding is right or missing. */
function isBase64Url(text: string): boolean {
  if (!/^[\w-]+={0,2}$/.test(text)) return false
  return text.endsWith('=') ? text.length % 4 === 0 : text.length % 4 !== 1
}
