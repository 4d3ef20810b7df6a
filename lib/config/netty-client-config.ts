import type { ConfigOf } from './option.ts'
import { boolean, int, long, string } from './option.ts'

/** Keys, types and defaults of Apache 5.3.3. Apache: remoting.netty.NettyClientConfig */
export const NETTY_CLIENT_OPTIONS = {
  clientWorkerThreads: int(4),
  clientCallbackExecutorThreads: int((machine) => machine.processors),
  clientOnewaySemaphoreValue: int(65_535),
  clientAsyncSemaphoreValue: int(65_535),
  connectTimeoutMillis: int(3000, { min: 1, text: 'Milliseconds that connecting may take.' }),
  channelNotActiveInterval: long(60_000),
  isScanAvailableNameSrv: boolean(true),
  clientChannelMaxIdleTimeSeconds: int(120, {
    min: 1,
    text: 'Seconds of silence after which a connection is closed.',
  }),
  clientSocketSndBufSize: int(0),
  clientSocketRcvBufSize: int(0),
  clientPooledByteBufAllocatorEnable: boolean(false),
  clientCloseSocketIfTimeout: boolean(true),
  useTLS: boolean(false, { text: 'Connect by TLS, as `tls.enable`.' }),
  socksProxyConfig: string('{}'),
  writeBufferHighWaterMark: int(0),
  writeBufferLowWaterMark: int(0),
  disableCallbackExecutor: boolean(false),
  disableNettyWorkerGroup: boolean(false),
  maxReconnectIntervalTimeSeconds: long(60),
  enableReconnectForGoAway: boolean(true),
}

export type NettyClientConfig = ConfigOf<typeof NETTY_CLIENT_OPTIONS>
