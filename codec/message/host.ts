import { isIPv6 } from 'node:net'
import { CodecError } from '../errors.ts'

const IPV4_BYTES = 4
const IPV6_BYTES = 16

/**
 * An address as records hold it: 4 or 16 bytes of IP and a port. IPv4 addresses mapped into IPv6 (`::ffff:1.2.3.4`),
 * as a dual-stack socket reports them, are IPv4 here.
 * Source: common.message.MessageExt#getBornHostBytes
 */
export class Host {
  /** 4 or 16 bytes, network order. */
  readonly ip: Buffer
  readonly port: number

  constructor(ip: Buffer, port: number) {
    if (ip.length !== IPV4_BYTES && ip.length !== IPV6_BYTES) {
      throw new CodecError(`an IP address of ${ip.length} bytes`)
    }
    this.ip = ip
    this.port = port
  }

  /** @throws CodecError when `address` is not an IP address (names are not resolved here) */
  static of(address: string, port: number): Host {
    return new Host(parseIp(address), port)
  }

  get isIPv6(): boolean {
    return this.ip.length === IPV6_BYTES
  }

  /** The IP address as text. */
  get address(): string {
    if (!this.isIPv6) return this.ip.join('.')
    const groups: string[] = []
    for (let i = 0; i < IPV6_BYTES; i += 2) groups.push(this.ip.readUInt16BE(i).toString(16))
    return groups.join(':')
  }

  toString(): string {
    return `${this.address}:${this.port}`
  }
}

function parseIp(address: string): Buffer {
  const text = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '')
  const parts = text.split('.')
  if (parts.length === IPV4_BYTES && parts.every(isOctet)) return Buffer.from(parts.map(Number))
  if (isIPv6(text)) return parseIPv6(text)
  throw new CodecError(`${JSON.stringify(address)} is not an IP address`)
}

function isOctet(part: string): boolean {
  return /^\d{1,3}$/.test(part) && Number(part) <= 255
}

function parseIPv6(text: string): Buffer {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text)
  if (dotted !== null) {
    const [, head, a, b, c, d] = dotted
    const high = (Number(a) * 256 + Number(b)).toString(16)
    const low = (Number(c) * 256 + Number(d)).toString(16)
    return parseIPv6(`${head}${high}:${low}`)
  }
  const [left = '', right] = text.split('::')
  const head = left === '' ? [] : left.split(':')
  const tail = right === undefined || right === '' ? [] : right.split(':')
  const groups = [...head, ...new Array<string>(8 - head.length - tail.length).fill('0'), ...tail]
  const ip = Buffer.alloc(IPV6_BYTES)
  groups.forEach((group, index) => ip.writeUInt16BE(parseInt(group, 16), index * 2))
  return ip
}
