import { expect } from 'chai'
import { extUnitSize, writeExtUnit } from '../../../../codec/store/consume-queue-ext-unit.ts'
import {
  CQ_STORE_UNIT_SIZE,
  writeUnit,
  writeUnitExtOffset,
} from '../../../../codec/store/consume-queue-unit.ts'
import type { ConsumeQueueInterface } from '../../../../lib/store/consumequeue/consume-queue-interface.ts'
import { ExtWindow } from '../../../../lib/store/consumequeue/ext-window.ts'
import { iterateUnits } from '../../../../lib/store/read/cq-units.ts'

const TAGS_CODE = 2598919

/** A queue with one unit, on the disk, that points to consume queue ext. */
function queueOnDisk(extOf: ConsumeQueueInterface['extOf']): ConsumeQueueInterface {
  const unit = Buffer.alloc(CQ_STORE_UNIT_SIZE)
  writeUnit(unit, 0, 0, 100, 0)
  writeUnitExtOffset(unit, 0, 0)
  const queue: Partial<ConsumeQueueInterface> = {
    cqType: 'SimpleCQ',
    unitSize: CQ_STORE_UNIT_SIZE,
    minOffset: 0,
    maxOffset: 1,
    unitEnd: 1,
    unitOf: (offset) => offset,
    fileEnd: () => 1,
    unitsInMemory: () => undefined,
    readUnits: () => Promise.resolve(unit),
    extOf,
  }
  return queue as ConsumeQueueInterface
}

function extBytes(): Buffer {
  const bytes = Buffer.alloc(extUnitSize(undefined))
  writeExtUnit(bytes, 0, { tagsCode: TAGS_CODE, msgStoreTime: 1, filterBitMap: undefined })
  return bytes
}

describe('iterateUnits', () => {
  it('uses a view of consume queue ext in the turn in which it is valid', async () => {
    const queue = queueOnDisk(() => {
      const bytes = extBytes()
      queueMicrotask(() => bytes.fill(0))
      return new ExtWindow(bytes, 0)
    })
    const [unit] = await iterateUnits(queue, 0, 1)
    expect(unit?.tagsCode).to.equal(TAGS_CODE)
  })

  it('waits for what is on the disk', async () => {
    const queue = queueOnDisk(() => Promise.resolve(new ExtWindow(extBytes(), 0)))
    const [unit] = await iterateUnits(queue, 0, 1)
    expect(unit?.tagsCode).to.equal(TAGS_CODE)
  })

  it('says when the tags code is not known', async () => {
    const queue = queueOnDisk(() => undefined)
    const [unit] = await iterateUnits(queue, 0, 1)
    expect(unit).to.have.property('tagsCode', undefined)
  })
})
