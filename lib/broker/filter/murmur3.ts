/*
 * MurmurHash3, the form with 128 bits for 64-bit machines and seed 0, as Guava's Hashing.murmur3_128 has it. For names,
 * now and then: BigInt is fast enough.
 */

const C1 = 0x87c37b91114253d5n
const C2 = 0x4cf5ad432745937fn
const BLOCK_BYTES = 16
const MASK = 0xffff_ffff_ffff_ffffn

/** The lower 64 bits of the hash, as two ints as Java casts them. */
export function murmur3Low64(bytes: Buffer): { readonly low: number; readonly high: number } {
  let h1 = 0n
  let h2 = 0n
  const whole = bytes.length - (bytes.length % BLOCK_BYTES)
  for (let at = 0; at < whole; at += BLOCK_BYTES) {
    h1 = multiply(rotate(h1 ^ mix1(bytes.readBigUInt64LE(at)), 27n) + h2, 5n, 0x52dce729n)
    h2 = multiply(rotate(h2 ^ mix2(bytes.readBigUInt64LE(at + 8)), 31n) + h1, 5n, 0x38495ab5n)
  }
  if (whole < bytes.length) {
    const tail = Buffer.alloc(BLOCK_BYTES)
    bytes.copy(tail, 0, whole)
    h1 ^= mix1(tail.readBigUInt64LE(0))
    h2 ^= mix2(tail.readBigUInt64LE(8))
  }
  const length = BigInt(bytes.length)
  h1 ^= length
  h2 ^= length
  h1 = (h1 + h2) & MASK
  h2 = (h2 + h1) & MASK
  const hash = (finish(h1) + finish(h2)) & MASK
  return { low: Number(BigInt.asIntN(32, hash)), high: Number(BigInt.asIntN(32, hash >> 32n)) }
}

function mix1(k: bigint): bigint {
  return multiply(rotate(multiply(k, C1), 31n), C2)
}

function mix2(k: bigint): bigint {
  return multiply(rotate(multiply(k, C2), 33n), C1)
}

function multiply(value: bigint, factor: bigint, summand = 0n): bigint {
  return (value * factor + summand) & MASK
}

function rotate(value: bigint, bits: bigint): bigint {
  const word = value & MASK
  return ((word << bits) | (word >> (64n - bits))) & MASK
}

function finish(hash: bigint): bigint {
  let h = hash
  h ^= h >> 33n
  h = multiply(h, 0xff51afd7ed558ccdn)
  h ^= h >> 33n
  h = multiply(h, 0xc4ceb9fe1a85ec53n)
  return h ^ (h >> 33n)
}
