import { networkInterfaces } from 'node:os'
import type { Host } from '../../codec/message/host.ts'
import type { FileSystem } from './file-system.ts'

/** An address of one of the machine's network interfaces. */
export interface InterfaceAddress {
  readonly address: string
  readonly isIPv6: boolean
}

/** Addresses of the interfaces that are up, without loopback and bridges (as Docker's), which nobody outside can reach. */
export function localAddresses(fileSystem: Pick<FileSystem, 'exists'>): InterfaceAddress[] {
  const found: InterfaceAddress[] = []
  for (const [interfaceName, addresses = []] of Object.entries(networkInterfaces())) {
    if (fileSystem.exists(`/sys/class/net/${interfaceName}/bridge`)) continue
    for (const { address, family, internal } of addresses) {
      if (!internal) found.push({ address, isIPv6: family === 'IPv6' })
    }
  }
  return found
}

/**
 * The address that Apache would take for the machine's own: the first public IPv4, else the last private one, else an
 * IPv6, else loopback. Source: common.utils.NetworkUtil#getLocalInetAddress
 */
export function selectLocalAddress(addresses: readonly InterfaceAddress[]): string {
  const ipv4 = addresses.filter(({ isIPv6 }) => !isIPv6)
  const best =
    ipv4.find(({ address }) => !isPrivateIPv4(address)) ??
    ipv4.at(-1) ??
    addresses.find(({ address }) => !isPrivateIPv6(address)) ??
    addresses[0]
  return best?.address ?? '127.0.0.1'
}

function isPrivateIPv4(address: string): boolean {
  return /^(10|127|192\.168|172\.(1[6-9]|2\d|3[01]))\./.test(address)
}

function isPrivateIPv6(address: string): boolean {
  return /^(fe[89a-f]|f[cd])/i.test(address)
}

export function isLoopback({ ip, isIPv6 }: Host): boolean {
  if (!isIPv6) return ip[0] === 127
  return ip.subarray(0, -1).every((byte) => byte === 0) && ip.at(-1) === 1
}

/** True for addresses that stand for every interface. */
export function isWildcard({ ip }: Host): boolean {
  return ip.every((byte) => byte === 0)
}

/** `host:port`, an IPv6 address in brackets. */
export function hostAndPort(host: string, port: number): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]:${port}` : `${host}:${port}`
}
