import { expect } from 'chai'
import fc from 'fast-check'
import { countBatch, decodeBatch, encodeBatch } from '../../../../codec/message/batch.ts'
import { decodeRecord } from '../../../../codec/message/record-reader.ts'
import { readStoreVectors } from '../../../helpers/store-vectors.ts'

describe('client batch', () => {
  it('splits the body of an inner batch written by Apache', () => {
    const hex = readStoreVectors().commitlogCrcStore[0]?.hex ?? ''
    const { body } = decodeRecord(Buffer.from(hex, 'hex'))
    const members = decodeBatch(body)
    expect(members.map((member) => [member.body.toString(), member.properties])).to.deep.equal([
      ['one', 'UNIQ_KEY\x01U1\x02'],
      ['two', 'UNIQ_KEY\x01U2\x02'],
    ])
    expect(countBatch(body)).to.equal(2)
    expect(encodeBatch(members)).to.deep.equal(body)
  })

  it('gives back what was encoded', () => {
    const member = fc.record({
      flag: fc.integer(),
      body: fc.uint8Array().map((bytes) => Buffer.from(bytes)),
      properties: fc.string(),
    })
    fc.assert(
      fc.property(fc.array(member), (members) => {
        expect(decodeBatch(encodeBatch(members))).to.deep.equal(members)
      }),
    )
  })

  it('throws a CodecError for any cut or damaged batch, and never anything else', () => {
    const batch = encodeBatch([{ flag: 1, body: Buffer.from('body'), properties: 'a\x011\x02' }])
    for (let length = 1; length < batch.length; length++) {
      expect(() => decodeBatch(batch.subarray(0, length))).to.throw('batch member')
    }
    fc.assert(
      fc.property(fc.nat(batch.length - 1), fc.nat(255), (index, byte) => {
        const damaged = Buffer.from(batch)
        damaged[index] = byte
        try {
          decodeBatch(damaged)
        } catch (error) {
          expect((error as Error).name).to.equal('CodecError')
        }
      }),
    )
  })
})
