import { murmur3Low64 } from './murmur3.ts'

const BITS_PER_BYTE = 8

/** The bits of one consumer group's filter. Source: filter module, util.BloomFilterData */
export interface BloomFilterData {
  readonly bitNum: number
  readonly bitPos: readonly number[]
}

/**
 * Which of many consumer groups want a message, in a few bits, sometimes wrong in that a group is told to want one that it does
 * not. A bit map is stored with each message (codec/store/consume-queue-ext-unit.ts).
 *
 * Source: filter module, util.BloomFilter
 */
export class BloomFilter {
  /** Bits of each group. */
  readonly k: number
  /** Bits of a map, a multiple of 8. */
  readonly m: number

  /**
   * `errorPercent` (1 to 99): how often the answer may be wrong when `expected` groups share a map.
   * @throws Error when a number is out of range
   */
  constructor(errorPercent: number, expected: number) {
    if (errorPercent < 1 || errorPercent >= 100) {
      throw new Error('maxErrorRateOfBloomFilter has to be between 1 and 99')
    }
    if (expected < 1) throw new Error('expectConsumerNumUseFilter has to be greater than 0')
    const errorRate = errorPercent / 100
    this.k = Math.ceil(logarithm(0.5, errorRate))
    const bits = Math.ceil(expected * logarithm(2, 1 / errorRate) * logarithm(2, Math.E))
    this.m = BITS_PER_BYTE * Math.ceil(bits / BITS_PER_BYTE)
  }

  /** The bits of a group on a topic. Source: ConsumerFilterManager#register, BloomFilter#calcBitPositions */
  generate(consumerGroup: string, topic: string): BloomFilterData {
    const { low, high } = murmur3Low64(Buffer.from(`${consumerGroup}#${topic}`))
    const bitPos: number[] = []
    for (let i = 1; i <= this.k; i++) {
      const combined = (low + Math.imul(i, high)) | 0
      bitPos.push((combined < 0 ? ~combined : combined) % this.m)
    }
    return { bitNum: this.m, bitPos }
  }

  /** Whether the data was made by a filter of the same size. */
  isValid(data: BloomFilterData | undefined): data is BloomFilterData {
    return data !== undefined && data.bitNum === this.m && data.bitPos.length === this.k
  }

  /** A map without any group. */
  newBitMap(): Buffer {
    return Buffer.alloc(this.m / BITS_PER_BYTE)
  }

  /** Adds a group to a map. */
  hashTo({ bitPos }: BloomFilterData, bitMap: Buffer): void {
    for (const position of bitPos) {
      const index = position >> 3
      bitMap[index] = (bitMap[index] as number) | (1 << (position & 7))
    }
  }

  /** Whether the group may have been added to the map. */
  isHit({ bitPos }: BloomFilterData, bitMap: Buffer): boolean {
    return bitPos.every(
      (position) => ((bitMap[position >> 3] as number) & (1 << (position & 7))) !== 0,
    )
  }
}

function logarithm(base: number, value: number): number {
  return Math.log(value) / Math.log(base)
}
