import { expect } from 'chai'
import fc from 'fast-check'
import { CodecError } from '../../../../codec/errors.ts'
import {
  encodeReport,
  ReportDecoder,
  TransferDecoder,
  writeTransferHeader,
} from '../../../../codec/ha/transfer.ts'

interface Transfer {
  readonly offset: number
  readonly body: Buffer
}

const offsets = fc.maxSafeNat()
const transfers = fc.array(
  fc.record({
    offset: offsets,
    body: fc.uint8Array({ maxLength: 50 }).map((bytes) => Buffer.from(bytes)),
  }),
  { maxLength: 10 },
)

function encode({ offset, body }: Transfer): Buffer {
  const header = Buffer.alloc(12)
  writeTransferHeader(header, offset, body.length, 0)
  return Buffer.concat([header, body])
}

/** Decodes `bytes` in pieces of `size`. */
function decode(bytes: Buffer, size: number): Transfer[] {
  const found: { offset: number; body: Buffer }[] = []
  const decoder = new TransferDecoder({
    onTransfer: (offset) => found.push({ offset, body: Buffer.alloc(0) }),
    onBody: (piece) => {
      const last = found.at(-1) as { body: Buffer }
      last.body = Buffer.concat([last.body, piece])
    },
  })
  for (let at = 0; at < bytes.length; at += size) decoder.push(bytes.subarray(at, at + size))
  return found
}

describe('transfers of the log', () => {
  it('have a header of 12 bytes: offset and size', () => {
    expect(encode({ offset: 0x1_0000_0002, body: Buffer.from('abc') }).toString('hex')).to.equal(
      '0000000100000002' + '00000003' + '616263',
    )
  })

  it('are the same however the stream is cut', () => {
    fc.assert(
      fc.property(transfers, fc.integer({ min: 1, max: 70 }), (sent, size) => {
        expect(decode(Buffer.concat(sent.map(encode)), size)).to.deep.equal(sent)
      }),
    )
  })

  it('are refused when an offset or a size cannot be', () => {
    expect(() => decode(Buffer.alloc(12, 0xff), 12)).to.throw(CodecError, 'is no offset')
    const negativeSize = Buffer.concat([Buffer.alloc(8), Buffer.from('ffffffff', 'hex')])
    expect(() => decode(negativeSize, 12)).to.throw(CodecError, 'a transfer of -1 bytes')
  })
})

describe('reports of a slave', () => {
  it('are 8 bytes', () => {
    expect(encodeReport(31_399).toString('hex')).to.equal('0000000000007aa7')
  })

  it('the last whole one counts, however the stream is cut', () => {
    fc.assert(
      fc.property(fc.array(offsets), fc.integer({ min: 1, max: 30 }), (reports, size) => {
        const bytes = Buffer.concat(reports.map(encodeReport))
        const decoder = new ReportDecoder()
        for (let at = 0; at < bytes.length; at += size) {
          const end = Math.min(at + size, bytes.length)
          const whole = Math.floor(end / 8)
          const expected = whole > Math.floor(at / 8) ? reports[whole - 1] : undefined
          expect(decoder.push(bytes.subarray(at, end))).to.equal(expected)
        }
      }),
    )
  })

  it('are refused when they are no offset', () => {
    expect(() => new ReportDecoder().push(Buffer.from('GET / HT'))).to.throw(CodecError)
  })
})
