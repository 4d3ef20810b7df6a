import { expect } from 'chai'
import {
  BATCH_CQ_STORE_UNIT_SIZE,
  batchUnitBaseOffset,
  batchUnitNum,
  batchUnitStoreTimestamp,
  isBatchUnitWritten,
  writeBatchUnit,
} from '../../../../codec/store/batch-consume-queue-unit.ts'
import { decodeCheckpoint, encodeCheckpoint } from '../../../../codec/store/checkpoint.ts'
import {
  CQ_STORE_UNIT_SIZE,
  isUnitBlank,
  isUnitWritten,
  unitCommitLogOffset,
  unitSize,
  unitTagsCode,
  writeBlankUnit,
  writeUnit,
} from '../../../../codec/store/consume-queue-unit.ts'
import {
  decodeIndexHeader,
  encodeIndexHeader,
  indexKeyHash,
  readIndexEntry,
  writeIndexEntry,
} from '../../../../codec/store/index-file.ts'
import { readStoreVectors } from '../../../helpers/store-vectors.ts'

const vectors = readStoreVectors()

function bytesOf(name: string): Buffer {
  return Buffer.from(vectors[name] as string, 'hex')
}

describe('consume queue unit', () => {
  for (const name of [
    'consumequeue TopicA/0 (7 units)',
    'consumequeue SCHEDULE_TOPIC_XXXX/0 (1 unit)',
  ]) {
    it(`decodes and encodes Apache's bytes: ${name}`, () => {
      const units = bytesOf(name)
      for (let at = 0; at < units.length; at += CQ_STORE_UNIT_SIZE) {
        const unit = Buffer.alloc(CQ_STORE_UNIT_SIZE)
        const tagsCode = unitTagsCode(units, at) ?? 0
        writeUnit(unit, 0, unitCommitLogOffset(units, at), unitSize(units, at), tagsCode)
        expect(unit.toString('hex')).to.equal(units.toString('hex', at, at + CQ_STORE_UNIT_SIZE))
      }
    })
  }

  it('has the time of delivery as tags code in the queues of delay levels', () => {
    expect(unitTagsCode(bytesOf('consumequeue SCHEDULE_TOPIC_XXXX/0 (1 unit)'), 0)).to.equal(
      0x1a1fb6b1f27,
    )
  })

  it('has no tags code where it points into consume queue ext', () => {
    const units = bytesOf('consumequeue NormB/0 with ext addresses (4 units)')
    for (let at = 0; at < units.length; at += CQ_STORE_UNIT_SIZE) {
      expect(unitTagsCode(units, at)).to.equal(undefined)
    }
  })

  it('tells written, blank and empty units apart', () => {
    const unit = Buffer.alloc(CQ_STORE_UNIT_SIZE)
    expect([isUnitWritten(unit, 0), isUnitBlank(unit, 0)]).to.deep.equal([false, false])
    writeBlankUnit(unit, 0)
    expect([isUnitWritten(unit, 0), isUnitBlank(unit, 0)]).to.deep.equal([true, true])
    writeUnit(unit, 0, 0, 100, -5)
    expect([isUnitWritten(unit, 0), isUnitBlank(unit, 0)]).to.deep.equal([true, false])
    expect(unitTagsCode(unit, 0)).to.equal(-5)
  })
})

describe('batch consume queue unit', () => {
  const units = bytesOf('batchconsumequeue BcqT/0 (3 units)')

  it("decodes and encodes Apache's bytes", () => {
    const batches: number[][] = []
    for (let at = 0; at < units.length; at += BATCH_CQ_STORE_UNIT_SIZE) {
      const unit = Buffer.alloc(BATCH_CQ_STORE_UNIT_SIZE)
      writeBatchUnit(unit, 0, {
        commitLogOffset: unitCommitLogOffset(units, at),
        size: unitSize(units, at),
        tagsCode: unitTagsCode(units, at) ?? 0,
        storeTimestamp: batchUnitStoreTimestamp(units, at),
        baseOffset: batchUnitBaseOffset(units, at),
        batchNum: batchUnitNum(units, at),
      })
      const end = at + BATCH_CQ_STORE_UNIT_SIZE
      expect(unit.toString('hex')).to.equal(units.toString('hex', at, end))
      expect(isBatchUnitWritten(units, at)).to.equal(true)
      batches.push([batchUnitBaseOffset(units, at), batchUnitNum(units, at)])
    }
    expect(batches).to.deep.equal([
      [0, 2],
      [2, 3],
      [5, 1],
    ])
  })

  it('is not written where there are zeroes', () => {
    expect(isBatchUnitWritten(Buffer.alloc(BATCH_CQ_STORE_UNIT_SIZE), 0)).to.equal(false)
  })
})

describe('index file', () => {
  it("decodes and encodes Apache's bytes", () => {
    const { header, key, hash, slot, entry } = vectors['index (maxHashSlotNum=1000)']
    const [topic = '', word = ''] = key.split('#')
    expect(indexKeyHash(topic, word)).to.equal(hash)
    expect(hash % 1000).to.equal(slot)
    const bytes = Buffer.alloc(20)
    writeIndexEntry(bytes, 0, readIndexEntry(Buffer.from(entry, 'hex'), 0))
    expect(bytes.toString('hex')).to.equal(entry)
    const decoded = decodeIndexHeader(Buffer.from(header, 'hex'))
    expect(decoded).to.deep.include({ indexCount: 0xe2, hashSlotCount: 0x76, beginPhyOffset: 0 })
    expect(encodeIndexHeader(decoded).toString('hex')).to.equal(header)
  })

  it('takes 0 for the hash whose absolute value int32 cannot hold', () => {
    const key = 'polygenelubricants'
    expect(indexKeyHash('', key.slice(1))).to.be.at.least(0)
    for (let i = 0; i < 5000; i++) expect(indexKeyHash('T', `${i}`)).to.be.within(0, 0x7fffffff)
  })

  it('counts entries of an empty file from 1', () => {
    expect(decodeIndexHeader(Buffer.alloc(40)).indexCount).to.equal(1)
  })
})

describe('checkpoint', () => {
  it("decodes and encodes Apache's bytes", () => {
    const checkpoint = decodeCheckpoint(bytesOf('checkpoint (first 40)'))
    expect(checkpoint.physicMsgTimestamp).to.equal(0x1a1fb8d8129)
    const bytes = encodeCheckpoint(checkpoint)
    expect(bytes.length).to.equal(4096)
    expect(bytes.toString('hex', 0, 40)).to.equal(vectors['checkpoint (first 40)'])
  })

  it('takes what is missing or impossible for 0', () => {
    expect(decodeCheckpoint(Buffer.alloc(12, 0xff))).to.deep.equal(
      decodeCheckpoint(Buffer.alloc(0)),
    )
  })
})
