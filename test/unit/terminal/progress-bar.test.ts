import { expect } from 'chai'
import { ProgressBar } from '../../../lib/terminal/progress-bar.ts'
import { SimClock } from '../../helpers/sim-clock.ts'

describe('a progress bar', () => {
  const shown = (unit: 'bytes' | 'items', done: number, total: number): string[] => {
    const clock = new SimClock()
    const texts: string[] = []
    const terminal = {
      out: () => undefined,
      err: () => undefined,
      status: (t: string) => void texts.push(t),
    }
    const bar = new ProgressBar(terminal, clock, unit)
    bar.update(done, total)
    clock.advance(1_000)
    bar.update(done, total)
    bar.update(done, total)
    bar.clear()
    return texts
  }

  it('tells the speed of bytes', () => {
    expect(shown('bytes', 2_000_000, 8_000_000)).to.deep.equal([
      '[########......................] 25%  2 MB/s  3 s left',
      '',
    ])
  })

  it('counts other things', () => {
    expect(shown('items', 3, 6)).to.deep.equal([
      '[###############...............] 50%  3 of 6  1 s left',
      '',
    ])
  })

  it('shows nothing where nobody watches', () => {
    const bar = new ProgressBar({ out: () => undefined, err: () => undefined }, new SimClock())
    expect(() => bar.update(1, 2)).not.to.throw()
  })
})
