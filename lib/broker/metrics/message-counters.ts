/**
 * What the broker has done since its start, counted where it is done. One object for a broker.
 * Source: store.StoreStatsService
 */
export class MessageCounters {
  putMessages = 0
  putBytes = 0
  putFailures = 0
  /** Gets that found messages, and those that found none. */
  getFound = 0
  getMiss = 0
  /** Messages given to consumers. */
  getMessages = 0
}
