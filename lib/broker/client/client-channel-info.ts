import type { Channel } from '../../remoting/index.ts'

/** A client as it last announced itself over a connection. Apache: broker.client.ClientChannelInfo */
export interface ClientChannelInfo {
  readonly channel: Channel
  readonly clientId: string
  /** LanguageCode. */
  readonly language: number
  /** MQVersion ordinal. */
  readonly version: number
  /** Time of the last heartbeat, milliseconds. */
  lastUpdateTimestamp: number
}

/** A connection without a heartbeat for this long is dropped. Apache: BrokerConfig#channelExpiredTimeout */
export const CHANNEL_EXPIRED_TIMEOUT_MS = 120_000
