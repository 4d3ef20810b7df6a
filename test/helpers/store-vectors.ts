import fs from 'node:fs'

interface RecordVector {
  readonly name: string
  readonly offset: number
  readonly hex: string
}

interface IndexVector {
  readonly header: string
  readonly key: string
  readonly hash: number
  readonly slot: number
  readonly slotValue: number
  readonly entry: string
}

/** Bytes written by Apache 5.3.3 brokers; its own text says how they were made. */
export interface StoreVectors {
  readonly commitlog: readonly RecordVector[]
  readonly commitlogCrcStore: readonly RecordVector[]
  readonly 'index (maxHashSlotNum=1000)': IndexVector
  readonly [piece: string]: unknown
}

export function readStoreVectors(): StoreVectors {
  return JSON.parse(fs.readFileSync('test/fixtures/store/vectors.json', 'utf8')) as StoreVectors
}
