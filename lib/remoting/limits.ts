import { FRAME_MAX_LENGTH } from '../../codec/frame.ts'

/** The bounds of one connection. */
export interface ConnectionLimits {
  /** Greatest value of a frame's length field, in bytes. Apache: `com.rocketmq.remoting.frameMaxLength` */
  readonly frameMaxLength: number
  /** Without a read and a write for so long, the connection is closed. Apache: serverChannelMaxIdleTimeSeconds */
  readonly maxIdleMs: number
  /** With more unwritten bytes than this, requests of the peer are no longer read ... */
  readonly writeBufferHighWaterMark: number
  /** ... until no more than this are left. */
  readonly writeBufferLowWaterMark: number
  /**
   * With more unwritten bytes than this (answers to requests read before), the connection is destroyed. Not less than the
   * high-water mark.
   */
  readonly maxUnwrittenBytes: number
  /** Unwritten bytes of which none could be written for so long: the connection is destroyed. */
  readonly writeStallMs: number
  /**
   * Requests of the peer without an answer; at the limit no more are read until half of them are answered. Long-polling
   * pulls count and stay for 15 s and longer, one for each queue and group of a client: the limit is the number of
   * requests that a Java client has under way at most (`com.rocketmq.remoting.clientAsyncSemaphoreValue`).
   */
  readonly maxRequestsInFlight: number
  /** Our requests to the peer without an answer; more are refused. */
  readonly maxPendingCalls: number
}

const MIB = 1024 * 1024

export const DEFAULT_LIMITS: ConnectionLimits = {
  frameMaxLength: FRAME_MAX_LENGTH,
  maxIdleMs: 120_000,
  writeBufferHighWaterMark: 4 * MIB,
  writeBufferLowWaterMark: 1 * MIB,
  maxUnwrittenBytes: 128 * MIB,
  writeStallMs: 60_000,
  maxRequestsInFlight: 65_535,
  maxPendingCalls: 65_535,
}

/** The limits that have an option of Apache's. Source: remoting.netty.NettyServerConfig, NettyClientConfig */
export interface LimitOptions {
  readonly maxIdleSeconds?: number | undefined
  /** 0 as in Apache's default: ours. */
  readonly writeBufferHighWaterMark?: number | undefined
  readonly writeBufferLowWaterMark?: number | undefined
}

/** What is configured, over the defaults. */
export function limitsOf(options: LimitOptions): ConnectionLimits {
  const { maxIdleSeconds, writeBufferHighWaterMark, writeBufferLowWaterMark } = options
  return {
    ...DEFAULT_LIMITS,
    ...(maxIdleSeconds && { maxIdleMs: maxIdleSeconds * 1000 }),
    ...(writeBufferHighWaterMark && { writeBufferHighWaterMark }),
    ...(writeBufferLowWaterMark && { writeBufferLowWaterMark }),
  }
}
