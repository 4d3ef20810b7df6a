import { expect } from 'chai'
import { DataVersion as DataVersionBody } from '../../../../../codec/body/data-version.ts'
import {
  isPageRequest,
  metadataPage,
  type MetadataPageRequest,
} from '../../../../../lib/broker/processor/admin/metadata-page.ts'
import { DataVersion } from '../../../../../lib/common/data-version.ts'
import { SimClock } from '../../../../helpers/sim-clock.ts'

describe('metadataPage', () => {
  const version = new DataVersion(new SimClock())
  const dataVersion = DataVersionBody.encode(version.toJSON()).toString()
  const other = DataVersionBody.encode({ ...version.toJSON(), counter: 7 }).toString()
  const table = new Map(['e', 'b', 'a', 'd', 'c', 'f'].map((name) => [name, name]))

  function names(asked: Partial<MetadataPageRequest>): string {
    const none = { seq: undefined, dataVersion: undefined, maxNum: undefined }
    return [...metadataPage(table, version, { ...none, ...asked }).keys()].join('')
  }

  it('goes through the table in the order of the names', () => {
    expect(names({ seq: 0, dataVersion: '', maxNum: 2 })).to.equal('ab')
    expect(names({ seq: 2, dataVersion, maxNum: 2 })).to.equal('cd')
    expect(names({ seq: 4, dataVersion, maxNum: 2 })).to.equal('ef')
    expect(names({ seq: 6, dataVersion, maxNum: 2 })).to.equal('')
    expect(names({ seq: 0 })).to.equal('abcdef')
  })

  it('begins anew when the table has changed, or the peer does not say what it has', () => {
    expect(names({ seq: 2, dataVersion: other, maxNum: 2 })).to.equal('ab')
    expect(names({ seq: 2, maxNum: 2 })).to.equal('ab')
    expect(names({ seq: -3, dataVersion, maxNum: 2 })).to.equal('ab')
  })

  it('leaves no single entry for the end, which a slave of 5.5.0 would not ask for', () => {
    expect(names({ seq: 0, dataVersion: '', maxNum: 5 })).to.equal('abcdef')
    expect(names({ seq: 2, dataVersion, maxNum: 3 })).to.equal('cdef')
    expect(names({ seq: 0, dataVersion: '', maxNum: -1 })).to.equal('a')
  })

  it('is asked for by any of the fields', () => {
    const none = { seq: undefined, dataVersion: undefined, maxNum: undefined }
    expect(isPageRequest(none)).to.equal(false)
    for (const asked of [{ seq: 0 }, { dataVersion: '' }, { maxNum: 1 }]) {
      expect(isPageRequest({ ...none, ...asked })).to.equal(true)
    }
  })
})
