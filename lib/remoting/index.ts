export { RemotingError } from './errors.ts'
export type { Channel, ChannelEventListener, RequestProcessor } from './types.ts'
