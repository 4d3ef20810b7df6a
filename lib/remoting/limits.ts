import { FRAME_MAX_LENGTH } from '../../codec/frame.ts'

/** The bounds of one connection. */
export interface ConnectionLimits {
  /** Greatest value of a frame's length field, in bytes. Apache: `com.rocketmq.remoting.frameMaxLength` */
  readonly frameMaxLength: number
  /** Greatest length of the header in a frame, in bytes. */
  readonly maxHeaderLength: number
  /** From the first to the last byte of a frame; the time in which we do not read does not count. */
  readonly frameTimeoutMs: number
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
  /** Bytes of their bodies; at the limit no more are read until half of them are answered. */
  readonly maxRequestBytesInFlight: number
  /** Our requests to the peer without an answer; more are refused. */
  readonly maxPendingCalls: number
}

/** What all connections of a server or client may hold in memory, in bytes. */
export interface MemoryLimits {
  /** Of frames that are not complete. Beyond, the connection with most of them is closed. */
  readonly maxTotalPartialBytes: number
  /** Of the bodies of requests without an answer. Beyond, requests with a body are refused with SYSTEM_BUSY. */
  readonly maxTotalRequestBytes: number
  /** Of what peers have not taken yet. Beyond, the connection with most of it is closed. */
  readonly maxTotalUnwrittenBytes: number
}

export type Limits = ConnectionLimits & MemoryLimits

const MIB = 1024 * 1024

export const DEFAULT_LIMITS: Limits = {
  frameMaxLength: FRAME_MAX_LENGTH,
  maxHeaderLength: 1 * MIB,
  frameTimeoutMs: 30_000,
  maxIdleMs: 120_000,
  writeBufferHighWaterMark: 4 * MIB,
  writeBufferLowWaterMark: 1 * MIB,
  maxUnwrittenBytes: 128 * MIB,
  writeStallMs: 60_000,
  maxRequestsInFlight: 65_535,
  maxRequestBytesInFlight: 64 * MIB,
  maxPendingCalls: 65_535,
  maxTotalPartialBytes: 256 * MIB,
  maxTotalRequestBytes: 512 * MIB,
  maxTotalUnwrittenBytes: 1024 * MIB,
}

/** The limits that can be configured. Source: remoting.netty.NettyServerConfig, NettyClientConfig; the others are our own */
export interface LimitOptions {
  readonly maxIdleSeconds?: number | undefined
  /** 0 as in Apache's default: ours. */
  readonly writeBufferHighWaterMark?: number | undefined
  readonly writeBufferLowWaterMark?: number | undefined
  readonly 'com.rocketmq.remoting.frameMaxLength'?: number
  readonly serverMaxHeaderLength?: number
  readonly serverFrameTimeoutMillis?: number
  readonly serverMaxRequestsInFlight?: number
  readonly serverMaxRequestBytesInFlight?: number
  readonly serverMaxUnwrittenBytes?: number
  readonly serverWriteStallMillis?: number
  readonly serverMaxTotalPartialBytes?: number
  readonly serverMaxTotalRequestBytes?: number
  readonly serverMaxTotalUnwrittenBytes?: number
}

/** What is configured, over the defaults. */
export function limitsOf(options: LimitOptions): Limits {
  const ours = DEFAULT_LIMITS
  const highWaterMark = options.writeBufferHighWaterMark || ours.writeBufferHighWaterMark
  return {
    frameMaxLength: options['com.rocketmq.remoting.frameMaxLength'] ?? ours.frameMaxLength,
    maxHeaderLength: options.serverMaxHeaderLength ?? ours.maxHeaderLength,
    frameTimeoutMs: options.serverFrameTimeoutMillis ?? ours.frameTimeoutMs,
    maxIdleMs: options.maxIdleSeconds ? options.maxIdleSeconds * 1000 : ours.maxIdleMs,
    writeBufferHighWaterMark: highWaterMark,
    writeBufferLowWaterMark: options.writeBufferLowWaterMark || ours.writeBufferLowWaterMark,
    maxUnwrittenBytes: Math.max(
      options.serverMaxUnwrittenBytes ?? ours.maxUnwrittenBytes,
      highWaterMark,
    ),
    writeStallMs: options.serverWriteStallMillis ?? ours.writeStallMs,
    maxRequestsInFlight: options.serverMaxRequestsInFlight ?? ours.maxRequestsInFlight,
    maxRequestBytesInFlight: options.serverMaxRequestBytesInFlight ?? ours.maxRequestBytesInFlight,
    maxPendingCalls: ours.maxPendingCalls,
    maxTotalPartialBytes: options.serverMaxTotalPartialBytes ?? ours.maxTotalPartialBytes,
    maxTotalRequestBytes: options.serverMaxTotalRequestBytes ?? ours.maxTotalRequestBytes,
    maxTotalUnwrittenBytes: options.serverMaxTotalUnwrittenBytes ?? ours.maxTotalUnwrittenBytes,
  }
}
