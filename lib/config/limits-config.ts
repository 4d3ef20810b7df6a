import type { ConfigOf } from './option.ts'
import { int, long, systemProperties } from './option.ts'

const MIB = 1024 * 1024

/**
 * Our own but for the length of frames, which in Apache is a system property of Java: what peers may cost. The values
 * are far above what clients need that do nothing wrong. All but that one may change while the server runs.
 */
export const LIMIT_OPTIONS = {
  ...systemProperties({
    'com.rocketmq.remoting.frameMaxLength': int(16 * MIB, {
      min: 1024,
      text: 'Bytes of a frame; a connection that begins a longer one is closed.',
    }),
  }),
  serverMaxConnections: int(32_768, {
    min: 1,
    text: 'Connections at a time on one port; more are closed at once. The limit of open files must leave room for them.',
  }),
  serverMaxHeaderLength: int(MIB, {
    min: 1024,
    text: 'Bytes of the header of a frame; a connection with a longer one is closed.',
  }),
  serverFrameTimeoutMillis: int(30_000, {
    min: 1,
    text: 'Milliseconds in which a frame must be complete once it has begun; a slower sender is closed.',
  }),
  serverMaxRequestsInFlight: int(65_535, {
    min: 1,
    text: 'Requests without an answer of one connection; at the limit it is read no further until half are answered.',
  }),
  serverMaxRequestBytesInFlight: long(64 * MIB, {
    min: 1,
    text: 'Bytes of their bodies; at the limit the connection is read no further until half are answered.',
  }),
  serverMaxUnwrittenBytes: long(128 * MIB, {
    min: MIB,
    text: 'Bytes of answers that one connection has not taken yet; beyond it is closed.',
  }),
  serverWriteStallMillis: int(60_000, {
    min: 1,
    text: 'Milliseconds after which a connection is closed that takes none of the bytes that wait for it.',
  }),
  serverMaxTotalPartialBytes: long(256 * MIB, {
    min: MIB,
    text: 'Bytes of incomplete frames of all connections of a port; beyond, the connection with most of them is closed.',
  }),
  serverMaxTotalRequestBytes: long(512 * MIB, {
    min: MIB,
    text: 'Bytes of the bodies of requests without an answer of all connections of a port; beyond, requests with a body get SYSTEM_BUSY.',
  }),
  serverMaxTotalUnwrittenBytes: long(1024 * MIB, {
    min: MIB,
    text: 'Bytes of answers not taken yet of all connections of a port; beyond, the connection with most of them is closed.',
  }),
}

export type LimitsConfig = ConfigOf<typeof LIMIT_OPTIONS>
