import { FrameError } from '../../codec/errors.ts'
import { Host } from '../../codec/message/host.ts'

/** What stood before the first frame: who connected to the proxy, and how many bytes say so. */
export interface ProxyHeader {
  /** undefined: the proxy itself, or a kind of address that we do not know. */
  readonly source: Host | undefined
  readonly length: number
}

const V1_SIGNATURE = Buffer.from('PROXY ')
const V1_MAX_LENGTH = 107
const V2_SIGNATURE = Buffer.from('0d0a0d0a000d0a515549540a', 'hex')
const V2_HEAD_LENGTH = 16
/** With the fields that load balancers add to the addresses. */
const V2_MAX_LENGTH = 4096
const V2_PROXY = 0x21
const V2_LOCAL = 0x20
const TCP_OVER_IPV4 = 0x11
const TCP_OVER_IPV6 = 0x21

/**
 * The header that a load balancer puts in front of a connection (HAProxy's PROXY protocol, versions 1 and 2), at the beginning
 * of `bytes`: `none` when there is none, `partial` when more bytes must come. A frame cannot be taken for one.
 *
 * Source: https://www.haproxy.org/download/2.8/doc/proxy-protocol.txt; Apache: NettyRemotingServer.HandshakeHandler
 * @throws FrameError when the header is broken
 */
export function readProxyHeader(bytes: Buffer): ProxyHeader | 'none' | 'partial' {
  if (startsLike(bytes, V1_SIGNATURE)) return readV1(bytes)
  if (startsLike(bytes, V2_SIGNATURE)) return readV2(bytes)
  return 'none'
}

/** Whether one begins with the other. */
function startsLike(bytes: Buffer, signature: Buffer): boolean {
  const length = Math.min(bytes.length, signature.length)
  return length > 0 && bytes.compare(signature, 0, length, 0, length) === 0
}

function readV1(bytes: Buffer): ProxyHeader | 'partial' {
  const end = bytes.subarray(0, V1_MAX_LENGTH).indexOf('\r\n')
  if (end < 0) {
    if (bytes.length < V1_MAX_LENGTH) return 'partial'
    throw new FrameError(`PROXY header of more than ${V1_MAX_LENGTH} bytes`)
  }
  const line = bytes.toString('latin1', 0, end)
  const [, protocol, address, , port] = line.split(' ')
  const length = end + 2
  if (protocol === 'UNKNOWN') return { source: undefined, length }
  if (protocol !== 'TCP4' && protocol !== 'TCP6') throw new FrameError(`PROXY header: ${line}`)
  return { source: sourceOf(address ?? '', Number(port), line), length }
}

function readV2(bytes: Buffer): ProxyHeader | 'partial' {
  if (bytes.length < V2_HEAD_LENGTH) return 'partial'
  const command = bytes.readUInt8(12)
  const family = bytes.readUInt8(13)
  const length = V2_HEAD_LENGTH + bytes.readUInt16BE(14)
  if (command !== V2_PROXY && command !== V2_LOCAL) {
    throw new FrameError(`PROXY header with version and command 0x${command.toString(16)}`)
  }
  if (length > V2_MAX_LENGTH) throw new FrameError(`PROXY header of ${length} bytes`)
  if (bytes.length < length) return 'partial'
  if (command === V2_LOCAL) return { source: undefined, length }
  const size = addressSize(family)
  if (size === undefined) return { source: undefined, length }
  if (length < V2_HEAD_LENGTH + 2 * size + 4) throw new FrameError('PROXY header without addresses')
  const ip = bytes.subarray(V2_HEAD_LENGTH, V2_HEAD_LENGTH + size)
  const port = bytes.readUInt16BE(V2_HEAD_LENGTH + 2 * size)
  return { source: new Host(Buffer.from(ip), port), length }
}

function addressSize(family: number): number | undefined {
  if (family === TCP_OVER_IPV4) return 4
  return family === TCP_OVER_IPV6 ? 16 : undefined
}

function sourceOf(address: string, port: number, line: string): Host {
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new FrameError(`PROXY header: ${line}`)
  return Host.of(address, port)
}
