export { RemotingError } from './errors.ts'
export { LimitedLogger } from './limited-logger.ts'
export { DEFAULT_LIMITS } from './limits.ts'
export type { Limits } from './limits.ts'
export { refusalOf } from './refusal.ts'
export { ProcessorGroup } from './processor-group.ts'
export type { ProcessorGroupOptions, RequestLine, WaitingRequest } from './processor-group.ts'
export { RemotingClient } from './remoting-client.ts'
export type { RemotingClientConfig, RemotingClientOptions } from './remoting-client.ts'
export { RemotingServer } from './remoting-server.ts'
export type { RemotingServerConfig, RemotingServerOptions } from './remoting-server.ts'
export { RequestDispatcher } from './request-dispatcher.ts'
export { acceptTls } from './tls/accept-tls.ts'
export { TlsClientContext } from './tls/tls-client-context.ts'
export { TlsServerContext } from './tls/tls-server-context.ts'
export type { Tls } from './tls/tls.ts'
export type { TlsClientSettings, TlsServerSettings } from './tls/tls-settings.ts'
export type {
  AnswerListener,
  Channel,
  ChannelEventListener,
  RequestChannel,
  RequestProcessor,
  RpcHook,
} from './types.ts'
