import type { BrokerConfig } from '../../config/broker-config.ts'
import type { CommitLogDispatcher, DispatchRequest } from '../../store/types.ts'
import type { ConsumerFilterManager } from './consumer-filter-manager.ts'

/**
 * Notes for each message which groups' expressions it fulfils, in a bit map that consume queue ext keeps.
 * Apache: broker.filter.CommitLogDispatcherCalcBitMap
 */
export class CommitLogDispatcherCalcBitMap implements CommitLogDispatcher {
  readonly name = 'filter bit map'
  readonly #brokerConfig: Pick<BrokerConfig, 'enableCalcFilterBitMap'>
  readonly #filters: ConsumerFilterManager

  constructor(
    brokerConfig: Pick<BrokerConfig, 'enableCalcFilterBitMap'>,
    filters: ConsumerFilterManager,
  ) {
    this.#brokerConfig = brokerConfig
    this.#filters = filters
  }

  dispatch(request: DispatchRequest): void {
    if (!this.#brokerConfig.enableCalcFilterBitMap) return
    const filters = this.#filters.getByTopic(request.topic)
    if (filters === undefined) return
    const { bloomFilter } = this.#filters
    const { buffer, start, end } = request.record
    const bitMap = bloomFilter.newBitMap()
    for (const { filter, bloomFilterData } of filters) {
      if (filter?.isMatchedByCommitLog(buffer, start, end) === true)
        bloomFilter.hashTo(bloomFilterData, bitMap)
    }
    request.bitMap = bitMap
  }
}
