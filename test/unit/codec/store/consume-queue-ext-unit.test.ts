import { expect } from 'chai'
import {
  extUnitSize,
  readExtUnit,
  readExtUnitSize,
  writeEndOfFile,
  writeExtUnit,
  type CqExtUnit,
} from '../../../../codec/store/consume-queue-ext-unit.ts'
import {
  unitExtOffset,
  unitTagsCode,
  writeUnit,
  writeUnitExtOffset,
} from '../../../../codec/store/consume-queue-unit.ts'
import { readStoreVectors } from '../../../helpers/store-vectors.ts'

const EXT_UNITS: readonly CqExtUnit[] = [
  { tagsCode: 2598919, msgStoreTime: 1795219908698, filterBitMap: undefined },
  { tagsCode: 2598920, msgStoreTime: 1795219908698, filterBitMap: undefined },
  { tagsCode: 2598919, msgStoreTime: 1795219908712, filterBitMap: undefined },
  {
    tagsCode: 2598919,
    msgStoreTime: 1795219909106,
    filterBitMap: Buffer.from('0000000002002000000200000000', 'hex'),
  },
]

function bytesOf(piece: string): Buffer {
  return Buffer.from(readStoreVectors()[piece] as string, 'hex')
}

describe('consume queue ext units', () => {
  it('are read from a file of Apache, found by the units of its consume queue', () => {
    const units = bytesOf('consumequeue NormB/0 with ext addresses (4 units)')
    const ext = bytesOf('consumequeue_ext NormB/0')
    const read = [0, 20, 40, 60].map((at) => {
      const offset = unitExtOffset(units, at)
      return offset === undefined ? unitTagsCode(units, at) : readExtUnit(ext, offset)
    })
    expect(read).to.deep.equal(EXT_UNITS)
  })

  it('are written as Apache writes them', () => {
    const ext = bytesOf('consumequeue_ext NormB/0')
    const written = Buffer.alloc(ext.length)
    let at = 0
    for (const unit of EXT_UNITS) {
      writeExtUnit(written, at, unit)
      at += extUnitSize(unit.filterBitMap)
    }
    expect(written.subarray(0, at).equals(ext.subarray(0, at))).to.equal(true)
  })

  it('end where none was written, at the end of a file and where bytes are missing', () => {
    const buffer = Buffer.alloc(40)
    expect([readExtUnitSize(buffer, 0), readExtUnit(buffer, 0)]).to.deep.equal([0, undefined])
    writeEndOfFile(buffer, 0)
    expect([readExtUnitSize(buffer, 0), readExtUnit(buffer, 0)]).to.deep.equal([-1, undefined])
    writeExtUnit(buffer, 0, { tagsCode: 1, msgStoreTime: 2, filterBitMap: Buffer.alloc(14) })
    expect(readExtUnit(buffer.subarray(0, 33), 0)).to.equal(undefined)
    expect(readExtUnit(buffer.subarray(0, 34), 0)?.tagsCode).to.equal(1)
    expect(readExtUnitSize(buffer, 39)).to.equal(0)
  })

  it('are told from tags codes', () => {
    const unit = Buffer.alloc(20)
    for (const tagsCode of [0, 1, -1, -2147483648, 1795219463000]) {
      writeUnit(unit, 0, 1, 1, tagsCode)
      expect(unitExtOffset(unit, 0)).to.equal(undefined)
    }
    for (const offset of [0, 20, 2 ** 40 + 1]) {
      writeUnit(unit, 0, 1, 1, 7)
      writeUnitExtOffset(unit, 0, offset)
      expect([unitExtOffset(unit, 0), unitTagsCode(unit, 0)]).to.deep.equal([offset, undefined])
    }
  })
})
