export { RemotingError } from './errors.ts'
export { DEFAULT_LIMITS } from './limits.ts'
export type { ConnectionLimits } from './limits.ts'
export { refusalOf } from './refusal.ts'
export { ProcessorGroup } from './processor-group.ts'
export type { ProcessorGroupOptions } from './processor-group.ts'
export { RemotingClient } from './remoting-client.ts'
export type { RemotingClientConfig, RemotingClientOptions } from './remoting-client.ts'
export { RemotingServer } from './remoting-server.ts'
export type { RemotingServerConfig, RemotingServerOptions } from './remoting-server.ts'
export { RequestDispatcher } from './request-dispatcher.ts'
export type {
  Channel,
  ChannelEventListener,
  RequestChannel,
  RequestProcessor,
  RpcHook,
} from './types.ts'
