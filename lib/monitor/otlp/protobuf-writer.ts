const WireType = { VARINT: 0, FIXED64: 1, LENGTH_DELIMITED: 2 } as const

/**
 * Fields of one Protocol Buffers message, in the order of the calls. Only what OpenTelemetry's metrics need.
 * Source: protobuf.dev/programming-guides/encoding
 */
export class ProtobufWriter {
  readonly #parts: Buffer[] = []

  /** @param value not negative */
  varint(field: number, value: number): this {
    return this.#tag(field, WireType.VARINT).#push(encodeVarint(value))
  }

  /** @param value of 64 bits, signed or not */
  fixed64(field: number, value: bigint): this {
    return this.#tag(field, WireType.FIXED64).#push(encodeFixed64(value))
  }

  double(field: number, value: number): this {
    return this.#tag(field, WireType.FIXED64).#push(encodeDouble(value))
  }

  string(field: number, text: string): this {
    return text === '' ? this : this.bytes(field, Buffer.from(text))
  }

  message(field: number, message: ProtobufWriter): this {
    return this.bytes(field, message.toBuffer())
  }

  packedFixed64(field: number, values: readonly bigint[]): this {
    return this.bytes(field, Buffer.concat(values.map(encodeFixed64)))
  }

  packedDoubles(field: number, values: readonly number[]): this {
    return this.bytes(field, Buffer.concat(values.map(encodeDouble)))
  }

  bytes(field: number, bytes: Buffer): this {
    return this.#tag(field, WireType.LENGTH_DELIMITED)
      .#push(encodeVarint(bytes.length))
      .#push(bytes)
  }

  toBuffer(): Buffer {
    return Buffer.concat(this.#parts)
  }

  #tag(field: number, wireType: number): this {
    return this.#push(encodeVarint(field * 8 + wireType))
  }

  #push(bytes: Buffer): this {
    this.#parts.push(bytes)
    return this
  }
}

function encodeVarint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80)
    rest = Math.floor(rest / 0x80)
  }
  bytes.push(rest)
  return Buffer.from(bytes)
}

function encodeFixed64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt.asUintN(64, value))
  return bytes
}

function encodeDouble(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleLE(value)
  return bytes
}
