import { expect } from 'chai'
import { Watermark } from '../../../lib/common/watermark.ts'

describe('Watermark', () => {
  it('runs waiters in the order of their offsets, each once, when it passes them', () => {
    const watermark = new Watermark(10)
    const passed: number[] = []
    for (const offset of [30, 20, 40, 20]) watermark.wait(offset, () => passed.push(offset))
    watermark.advance(19)
    expect(passed).to.deep.equal([])
    watermark.advance(30)
    expect(passed).to.deep.equal([20, 20, 30])
    expect(watermark.waiting).to.equal(1)
    watermark.advance(100)
    expect(passed).to.deep.equal([20, 20, 30, 40])
  })

  it('runs a waiter at once for an offset that it has passed', () => {
    let ran = false
    new Watermark(5).wait(5, () => (ran = true))
    expect(ran).to.equal(true)
  })

  it('never goes back', () => {
    expect(() => new Watermark(5).advance(4)).to.throw('would go back from 5 to 4')
  })

  it('takes waiters that are added while waiters run', () => {
    const watermark = new Watermark()
    const passed: string[] = []
    watermark.wait(1, () => {
      passed.push('first')
      watermark.wait(1, () => passed.push('at once'))
      watermark.wait(2, () => passed.push('second'))
    })
    watermark.advance(2)
    expect(passed).to.deep.equal(['first', 'at once', 'second'])
  })
})
