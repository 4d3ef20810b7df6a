import { Host } from '../../codec/message/host.ts'

interface Network {
  readonly ip: Buffer
  /** How many leading bits of an address say that it belongs. */
  readonly prefixBits: number
}

/** Whether the text is an address, or a network as `10.0.0.0/8`. Source: common.utils.IPAddressUtils#isValidIPOrCidr */
export function isValidIpOrCidr(text: string): boolean {
  return parseNetwork(text) !== undefined
}

/** Whether an address is `range`, or in the network that `range` is. Source: common.utils.IPAddressUtils#isIPInRange */
export function isIpInRange(address: string, range: string): boolean {
  const network = parseNetwork(range)
  const ip = parseIp(address)
  if (network === undefined || ip?.length !== network.ip.length) return false
  return ip.every((byte, index) => {
    const bits = Math.min(Math.max(network.prefixBits - index * 8, 0), 8)
    return (byte ^ (network.ip[index] ?? 0)) >> (8 - bits) === 0
  })
}

/** An address is a network of one. */
function parseNetwork(text: string): Network | undefined {
  const [address = '', prefix, ...rest] = text.split('/')
  const ip = parseIp(address)
  if (ip === undefined || rest.length > 0) return undefined
  const longest = ip.length * 8
  if (prefix === undefined) return { ip, prefixBits: longest }
  if (!/^\d{1,3}$/.test(prefix) || Number(prefix) > longest) return undefined
  return { ip, prefixBits: Number(prefix) }
}

function parseIp(address: string): Buffer | undefined {
  try {
    return Host.of(address, 0).ip
  } catch {
    return undefined
  }
}
