import {
  closeProperties,
  decodeProperties,
  encodeProperties,
  NAME_VALUE_SEPARATOR,
  PROPERTY_SEPARATOR,
} from '../../../../codec/message/properties.ts'
import { MessageConst } from '../../../../codec/message/property-names.ts'
import type { BrokerConfig } from '../../../config/broker-config.ts'
import { toLmqName } from '../../lite/lite-topic-names.ts'

/** The options that go into the properties of every message. */
export type SentPropertiesOptions = Pick<BrokerConfig, 'regionId' | 'traceOn' | 'brokerClusterName'>

/** What the broker made of the properties that a client sent. */
export interface SentProperties {
  /** Encoded properties to be stored. */
  text: string
  uniqKey: string | undefined
  /** All of `text`, when something in it asks for more than being stored; undefined for an ordinary message. */
  all: Map<string, string> | undefined
  /** Of a batch that is kept as one. */
  batchUniqId?: string | undefined
}

/** Properties that the broker acts on, replaces or removes. */
const SPECIAL: ReadonlySet<string> = new Set([
  MessageConst.PROPERTY_POP_CK,
  MessageConst.PROPERTY_MSG_REGION,
  MessageConst.PROPERTY_TRACE_SWITCH,
  MessageConst.PROPERTY_CLUSTER,
  MessageConst.PROPERTY_DELAY_TIME_LEVEL,
  MessageConst.PROPERTY_TIMER_DELIVER_MS,
  MessageConst.PROPERTY_TIMER_DELAY_SEC,
  MessageConst.PROPERTY_TIMER_DELAY_MS,
  MessageConst.PROPERTY_TRANSACTION_PREPARED,
  MessageConst.PROPERTY_INNER_NUM,
  MessageConst.PROPERTY_LITE_TOPIC,
])
const UNIQ_KEY = MessageConst.PROPERTY_UNIQ_CLIENT_MESSAGE_ID_KEYIDX

/**
 * Completes the properties of sent messages: region, trace switch and cluster are set, a pop check point is removed, a message for
 * a lite topic goes into its queue.
 * Ordinary messages, nearly all, are scanned once and get a constant text appended, without a map of their properties.
 *
 * Source: broker.processor.AbstractSendMessageProcessor#buildMsgContext, SendMessageProcessor#clearReservedProperties
 */
export class SentPropertiesBuilder {
  readonly #options: SentPropertiesOptions
  readonly #suffix: string

  constructor(options: SentPropertiesOptions) {
    this.#options = options
    this.#suffix = encodeProperties(this.#added())
  }

  /**
   * `createUniqKey` makes a key for a message that comes without one; a batch has no key of its own, and no `topic` whose
   * lite topics it could be for.
   */
  build(sent: string, createUniqKey: (() => string) | undefined, topic = ''): SentProperties {
    const found = scan(sent)
    if (found.isSpecial) return this.#buildFromMap(sent, createUniqKey, topic)
    let text = closeProperties(sent) + this.#suffix
    let { uniqKey } = found
    if (uniqKey === undefined && createUniqKey !== undefined) {
      uniqKey = createUniqKey()
      text += UNIQ_KEY + NAME_VALUE_SEPARATOR + uniqKey + PROPERTY_SEPARATOR
    }
    return { text, uniqKey, all: undefined }
  }

  #buildFromMap(
    sent: string,
    createUniqKey: (() => string) | undefined,
    topic: string,
  ): SentProperties {
    const all = decodeProperties(sent)
    const lmqName = toLmqName(topic, all.get(MessageConst.PROPERTY_LITE_TOPIC) ?? '')
    if (lmqName !== undefined) all.set(MessageConst.PROPERTY_INNER_MULTI_DISPATCH, lmqName)
    all.delete(MessageConst.PROPERTY_POP_CK)
    for (const [name, value] of this.#added()) all.set(name, value)
    if (!all.has(UNIQ_KEY) && createUniqKey !== undefined) all.set(UNIQ_KEY, createUniqKey())
    return { text: encodeProperties(all), uniqKey: all.get(UNIQ_KEY), all }
  }

  #added(): [string, string][] {
    return [
      [MessageConst.PROPERTY_MSG_REGION, this.#options.regionId],
      [MessageConst.PROPERTY_TRACE_SWITCH, String(this.#options.traceOn)],
      [MessageConst.PROPERTY_CLUSTER, this.#options.brokerClusterName],
    ]
  }
}

function scan(text: string): { uniqKey: string | undefined; isSpecial: boolean } {
  let uniqKey: string | undefined
  let start = 0
  while (start < text.length) {
    let end = text.indexOf(PROPERTY_SEPARATOR, start)
    if (end < 0) end = text.length
    const middle = text.indexOf(NAME_VALUE_SEPARATOR, start)
    if (middle > start && middle < end - 1) {
      const name = text.slice(start, middle)
      if (name === UNIQ_KEY) uniqKey = text.slice(middle + 1, end)
      else if (SPECIAL.has(name)) return { uniqKey, isSpecial: true }
    }
    start = end + 1
  }
  return { uniqKey, isSpecial: false }
}
