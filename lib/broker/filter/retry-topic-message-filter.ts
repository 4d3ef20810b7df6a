import { MessageConst } from '../../../codec/message/property-names.ts'
import { PropertyName, PropertyReader } from '../../../codec/message/property-reader.ts'
import { locateProperties } from '../../../codec/message/record-reader.ts'
import type { CqExtUnit } from '../../../codec/store/consume-queue-ext-unit.ts'
import type { MessageFilter } from '../../store/types.ts'

const RETRY_TOPIC = new PropertyName(MessageConst.PROPERTY_RETRY_TOPIC)

/**
 * Lets messages of a retry topic pass by what the group wants of the topic that they come from; all where it has no expression
 * for that. Apache: broker.filter.ExpressionForRetryMessageFilter
 */
export class RetryTopicMessageFilter implements MessageFilter {
  readonly needsRecord = true
  readonly #filterOf: (topic: string) => MessageFilter | undefined
  readonly #retryFilter: MessageFilter | undefined
  readonly #properties = new PropertyReader()

  /** `retryFilter` is what the group wants of the retry topic itself, of which only bit maps count. */
  constructor(
    filterOf: (topic: string) => MessageFilter | undefined,
    retryFilter: MessageFilter | undefined,
  ) {
    this.#filterOf = filterOf
    this.#retryFilter = retryFilter
  }

  isMatchedByConsumeQueue(tagsCode: number | undefined, ext?: CqExtUnit): boolean {
    return this.#retryFilter?.isMatchedByConsumeQueue(tagsCode, ext) ?? true
  }

  isMatchedByCommitLog(buffer: Buffer, start: number, end: number): boolean {
    const propertiesStart = locateProperties(buffer, start, end)
    if (propertiesStart < 0) return false
    this.#properties.reset(buffer, propertiesStart, end)
    if (!this.#properties.find(RETRY_TOPIC)) return true
    const filter = this.#filterOf(this.#properties.text)
    return filter?.isMatchedByCommitLog(buffer, start, end) ?? true
  }
}
