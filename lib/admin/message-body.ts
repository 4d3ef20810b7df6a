import zlib from 'node:zlib'
import type { MessageExt } from '../../codec/message/message.ts'
import { hasFlag, MessageSysFlag } from '../../codec/message/sys-flag.ts'

/** Nothing larger was ever sent: bounds what a broken body may unfold to. */
const MAX_BODY_BYTES = 256 * 1_024 * 1_024

export type Packing = 'ZLIB' | 'LZ4' | 'ZSTD' | 'unknown'

/** A body as its producer gave it, or as it is stored where it cannot be unpacked: `packedBy` says how it is packed. */
export interface MessageBody {
  readonly body: Buffer
  readonly packedBy?: Packing
}

type Unpack = (body: Buffer, options: { maxOutputLength: number }) => Buffer

/** Node has it since 22.15. */
const { zstdDecompressSync } = zlib as { zstdDecompressSync?: Unpack }

/** Source: common.message.MessageDecoder, common.compression.CompressorFactory */
export function unpackBody({ sysFlag, body }: MessageExt): MessageBody {
  if (!hasFlag(sysFlag, MessageSysFlag.COMPRESSED_FLAG)) return { body }
  const packedBy = packingOf(sysFlag)
  const unpack: Unpack | undefined = UNPACKERS[packedBy]
  try {
    return unpack === undefined
      ? { body, packedBy }
      : { body: unpack(body, { maxOutputLength: MAX_BODY_BYTES }) }
  } catch {
    return { body, packedBy }
  }
}

const UNPACKERS: Readonly<Partial<Record<Packing, Unpack | undefined>>> = {
  ZLIB: zlib.inflateSync,
  ZSTD: zstdDecompressSync,
}

/** Clients before 5.0 name none: they pack by zlib. */
function packingOf(sysFlag: number): Packing {
  switch (sysFlag & MessageSysFlag.COMPRESSION_TYPE_COMPARATOR) {
    case 0:
    case MessageSysFlag.COMPRESSION_ZLIB_TYPE:
      return 'ZLIB'
    case MessageSysFlag.COMPRESSION_LZ4_TYPE:
      return 'LZ4'
    case MessageSysFlag.COMPRESSION_ZSTD_TYPE:
      return 'ZSTD'
    default:
      return 'unknown'
  }
}
