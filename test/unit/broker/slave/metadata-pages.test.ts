import { expect } from 'chai'
import type { DataVersion } from '../../../../codec/body/data-version.ts'
import {
  fetchMetadataPages,
  type MetadataPage,
} from '../../../../lib/broker/slave/metadata-pages.ts'

type Page = MetadataPage<string>

describe('fetchMetadataPages', () => {
  const version = (counter: number): DataVersion => ({ counter, timestamp: 1, stateVersion: 0 })
  const page = (value: string, counter: number, total: number | undefined = 5): Page => {
    return { value, size: value.length, total, dataVersion: version(counter) }
  }

  async function fetchFrom(pages: Page[]): Promise<{ values: string[]; asked: unknown[] }> {
    const asked: unknown[] = []
    const values = await fetchMetadataPages((seq, known) => {
      asked.push([seq, known?.counter])
      return Promise.resolve(pages.shift() as Page)
    })
    expect(pages).to.deep.equal([])
    return { values, asked }
  }

  it('asks until it has all', async () => {
    const { values, asked } = await fetchFrom([page('ab', 1), page('cd', 1), page('e', 1)])
    expect(values).to.deep.equal(['ab', 'cd', 'e'])
    expect(asked).to.deep.equal([
      [0, undefined],
      [2, 1],
      [4, 1],
    ])
  })

  it('asks once of a master that sends all at once', async () => {
    const all: Page = { value: 'abcdef', size: 6, total: undefined, dataVersion: version(1) }
    expect((await fetchFrom([all])).values).to.deep.equal(['abcdef'])
    expect((await fetchFrom([page('', 1, 0)])).values).to.deep.equal([''])
  })

  it('begins anew when the table changes in between', async () => {
    const { values, asked } = await fetchFrom([page('ab', 1), page('AB', 2), page('abcde', 2)])
    expect(values).to.deep.equal(['abcde'])
    expect(asked.at(-1)).to.deep.equal([0, undefined])
  })

  it('gives up on parts that do not come to an end, and on a table that does not rest', async () => {
    const refusal = (pages: Page[]) =>
      fetchFrom(pages).then(
        () => 'none',
        (error: Error) => error.message,
      )
    expect(await refusal([page('ab', 1), page('', 1)])).to.equal('the table ends at 2 of 5 entries')
    const restless = Array.from({ length: 10 }, (_, counter) => page('ab', counter))
    expect(await refusal(restless)).to.include('has changed each time')
  })
})
