import { Host } from '../../../codec/message/host.ts'
import { AclError } from './acl-error.ts'

/** Whether a peer with this IP address is on a white list. */
export type RemoteAddressStrategy = (address: string) => boolean

const ANY = ['*', '*.*.*.*', '*:*:*:*:*:*:*:*']
const IPV4_PARTS = 4
const IPV6_PARTS = 8

/**
 * Reads an entry of a white list: one address, several (`10.0.0.1,10.0.0.2`, `10.0.0.{1,2}`, `fe80::{1,2}`), a range
 * (`192.168.*.*`, `192.168.0.10-90`, `fe80::5:1-20:*`, hexadecimal), everybody (`*`). An empty one matches nobody.
 *
 * Apache: acl.plain.RemoteAddressStrategyFactory
 * @throws AclError for what is none of these
 */
export function remoteAddressStrategy(text: string | undefined): RemoteAddressStrategy {
  if (text === undefined || text.trim() === '') return () => false
  if (ANY.includes(text)) return () => true
  if (text.endsWith('}')) return oneOf(expandBraces(text))
  if (text.includes(',')) return oneOf(text.split(',').filter((part) => part !== ''))
  if (text.includes('*') || text.includes('-')) return inRange(text)
  return oneOf([text])
}

function oneOf(addresses: readonly string[]): RemoteAddressStrategy {
  const known = new Set(addresses.map((address) => required(address).join()))
  return (address) => known.has(String(partsOf(address)))
}

function expandBraces(text: string): string[] {
  const begin = text.lastIndexOf(text.includes(':') ? ':' : '.') + 1
  const isWhole = text.includes(':') || text.split('.').length >= IPV4_PARTS
  if (text[begin] !== '{' || !isWhole) throw wrong(text)
  return text
    .slice(begin + 1, -1)
    .split(',')
    .map((last) => text.slice(0, begin) + last)
}

/** The parts before the first that is a range must be those of the address; what comes behind it does not matter. */
function inRange(text: string): RemoteAddressStrategy {
  const isIPv6 = text.includes(':')
  const { head, start, end } = isIPv6 ? rangeOfIPv6(text) : rangeOfIPv4(text)
  const length = isIPv6 ? IPV6_PARTS : IPV4_PARTS
  return (address) => {
    const parts = partsOf(address)
    if (parts?.length !== length || head.some((part, i) => part !== parts[i])) return false
    const part = parts[head.length] as number
    return start <= part && part <= end
  }
}

interface AddressRange {
  readonly head: readonly number[]
  readonly start: number
  readonly end: number
}

function rangeOfIPv4(text: string): AddressRange {
  const parts = text.split('.')
  const index = parts.findIndex((part, i) => i > 0 && /[*-]/.test(part))
  const head = parts.slice(0, index).map((part) => parsePart(part.trim(), 10, 255))
  if (parts.length !== IPV4_PARTS || index < 0 || head.includes(undefined)) throw wrong(text)
  return { head: head as number[], ...rangeOf(parts[index] as string, 10, 255, text) }
}

/** Only the last part may be `*`; the range `a-b` is the last part, or the one before such a `*`. */
function rangeOfIPv6(text: string): AddressRange {
  const withoutAsterisk = text.replace(/:\*$/, '')
  if (withoutAsterisk.includes('*')) throw wrong(text)
  const hasAsterisk = withoutAsterisk !== text
  if (!withoutAsterisk.includes('-')) {
    return { head: expandIPv6(withoutAsterisk, IPV6_PARTS - 1), start: 0, end: 0xffff }
  }
  const colon = withoutAsterisk.lastIndexOf(':')
  const range = rangeOf(withoutAsterisk.slice(colon + 1), 16, 0xffff, text)
  const length = hasAsterisk ? IPV6_PARTS - 2 : IPV6_PARTS - 1
  return { head: expandIPv6(withoutAsterisk.slice(0, colon), length), ...range }
}

function rangeOf(part: string, radix: number, max: number, text: string) {
  if (part.trim() === '*') return { start: 0, end: max }
  const [start, end, ...rest] = part.split('-').map((bound) => parsePart(bound.trim(), radix, max))
  if (start === undefined || end === undefined || start > end || rest.length > 0) throw wrong(text)
  return { start, end }
}

/** The first parts of an address, `::` filled up to `length`. */
function expandIPv6(text: string, length: number): number[] {
  const [left = '', right] = text.split('::')
  const numbers = (side: string) =>
    side
      .split(':')
      .filter((part) => part !== '')
      .map((part) => parsePart(part, 16, 0xffff))
  const before = numbers(left)
  const behind = right === undefined ? [] : numbers(right)
  const missing = length - before.length - behind.length
  const parts = [...before, ...new Array<number>(Math.max(missing, 0)).fill(0), ...behind]
  const isFilled = right === undefined ? missing === 0 : missing >= 0
  if (!isFilled || parts.includes(undefined)) throw wrong(text)
  return parts as number[]
}

function parsePart(text: string, radix: number, max: number): number | undefined {
  if (!(radix === 10 ? /^\d{1,3}$/ : /^[0-9a-fA-F]{1,4}$/).test(text)) return undefined
  const value = parseInt(text, radix)
  return value <= max ? value : undefined
}

function required(address: string): number[] {
  const parts = partsOf(address)
  if (parts === undefined) throw wrong(address)
  return parts
}

/** Four numbers, or eight for IPv6; undefined for what is no address. */
function partsOf(address: string): number[] | undefined {
  try {
    const { ip, isIPv6 } = Host.of(address, 0)
    if (!isIPv6) return [...ip]
    return Array.from({ length: IPV6_PARTS }, (_, i) => ip.readUInt16BE(2 * i))
  } catch {
    return undefined
  }
}

function wrong(text: string): AclError {
  return new AclError(`Netaddress examine Exception netaddress is ${text}`)
}
