import type { ConfigOf } from './option.ts'
import { boolean, int, string } from './option.ts'

/** Keys, types and defaults of Apache 5.3.3. Apache: remoting.netty.NettyServerConfig */
export const NETTY_SERVER_OPTIONS = {
  bindAddress: string('0.0.0.0', { text: 'Address to listen on.' }),
  listenPort: int(0, {
    min: 0,
    max: 65_535,
    text: 'Port to listen on: 10911 for a broker, 9876 for a NameServer. 0: a free one.',
  }),
  serverWorkerThreads: int(8),
  serverCallbackExecutorThreads: int(0),
  serverSelectorThreads: int(3),
  serverOnewaySemaphoreValue: int(256),
  serverAsyncSemaphoreValue: int(64),
  serverChannelMaxIdleTimeSeconds: int(120, {
    min: 1,
    text: 'Seconds of silence after which a connection is closed.',
  }),
  serverSocketSndBufSize: int(0),
  serverSocketRcvBufSize: int(0),
  writeBufferHighWaterMark: int(0, {
    min: 0,
    text: 'Bytes of answers not taken yet above which a connection is read no further. 0: 4 MiB.',
  }),
  writeBufferLowWaterMark: int(0, {
    min: 0,
    text: 'Bytes of answers not taken yet down to which it waits then. 0: 1 MiB.',
  }),
  serverSocketBacklog: int(1024, { min: 1, text: 'Connections that may wait to be accepted.' }),
  serverNettyWorkerGroupEnable: boolean(true),
  serverPooledByteBufAllocatorEnable: boolean(true),
  enableShutdownGracefully: boolean(false),
  shutdownWaitTimeSeconds: int(30),
  useEpollNativeSelector: boolean(false),
}

export type NettyServerConfig = ConfigOf<typeof NETTY_SERVER_OPTIONS>
