export interface Address {
  readonly host: string
  readonly port: number
}

/** The parts of `host:port`; an IPv6 address may stand in brackets. undefined when it is no such address. */
export function parseAddress(address: string): Address | undefined {
  const parts = /^\[?(.*?)\]?:(\d{1,5})$/.exec(address)
  const host = parts?.[1] ?? ''
  const port = Number(parts?.[2])
  return host !== '' && port > 0 && port <= 65_535 ? { host, port } : undefined
}
