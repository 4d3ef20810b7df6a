import { expect } from 'chai'
import { UnitWindows } from '../../../../lib/store/consumequeue/unit-windows.ts'

const UNIT = 20

describe('UnitWindows', () => {
  it('keeps the windows of 128 series, those that were used last', () => {
    const windows = new UnitWindows()
    const series = Array.from({ length: 129 }, () => ({}))
    const has = (index: number) =>
      windows.view(series[index] as object, UNIT, 0, 1, 1) !== undefined
    const set = (index: number) =>
      windows.set(series[index] as object, { from: 0, units: Buffer.alloc(UNIT) })
    for (let index = 0; index < 128; index++) set(index)
    expect(has(0)).to.equal(true)
    set(128)
    expect([has(0), has(1), has(2), has(128)]).to.deep.equal([true, false, true, true])
  })

  it('keeps none that is larger than what is read ahead: memory stays bounded, whatever is asked for', () => {
    const windows = new UnitWindows()
    const series = {}
    windows.set(series, { from: 0, units: Buffer.alloc(300_000 * UNIT) })
    expect(windows.view(series, UNIT, 0, 1, 1)).to.equal(undefined)
    windows.set(series, { from: 0, units: Buffer.alloc(UnitWindows.unitsOf(UNIT) * UNIT) })
    expect(windows.view(series, UNIT, 0, 1, 1)).to.have.lengthOf(UNIT)
  })
})
