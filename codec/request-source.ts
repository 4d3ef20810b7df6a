/** Who makes a request: a client, or a proxy for one. Source: remoting.protocol.RequestSource */
export const RequestSource = {
  SDK: -1,
  PROXY_FOR_ORDER: 0,
  PROXY_FOR_BROADCAST: 1,
  PROXY_FOR_STREAM: 2,
} as const
export type RequestSource = (typeof RequestSource)[keyof typeof RequestSource]
