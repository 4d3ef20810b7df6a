import { findProperty } from '../../../codec/message/properties.ts'
import { KEY_SEPARATOR, MessageConst } from '../../../codec/message/property-names.ts'
import { decodeRecord } from '../../../codec/message/record-reader.ts'

/** What a message can be found by: its unique key and the words of KEYS. Source: store.index.IndexService#buildIndex */
export function messageKeys(properties: string): string[] {
  const keys: string[] = []
  const uniqKey = findProperty(properties, MessageConst.PROPERTY_UNIQ_CLIENT_MESSAGE_ID_KEYIDX)
  if (uniqKey !== undefined) keys.push(uniqKey)
  const words = findProperty(properties, MessageConst.PROPERTY_KEYS)
  if (words === undefined) return keys
  for (const word of words.split(KEY_SEPARATOR)) if (word !== '') keys.push(word)
  return keys
}

/** False for a message that the index gives because of an equal hash only. */
export function hasKey(record: Buffer, topic: string, key: string): boolean {
  const message = decodeRecord(record)
  return message.topic === topic && messageKeys(message.properties).includes(key)
}
