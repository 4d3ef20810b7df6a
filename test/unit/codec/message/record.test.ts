import { expect } from 'chai'
import fc from 'fast-check'
import { checkCrcProperty } from '../../../../codec/message/crc-property.ts'
import { Host } from '../../../../codec/message/host.ts'
import type { MessageExt, MessageExtBrokerInner } from '../../../../codec/message/message.ts'
import {
  decodeRecord,
  isBodyIntact,
  locateParts,
  recordStoreTimestamp,
  recordTotalSize,
} from '../../../../codec/message/record-reader.ts'
import { encodeRecord, MESSAGE_MAGIC_V2, planRecord } from '../../../../codec/message/record.ts'
import { readStoreVectors } from '../../../helpers/store-vectors.ts'

const vectors = readStoreVectors()

function encode(message: MessageExt, appendCrcProperty = false): Buffer {
  const plan = planRecord(message, appendCrcProperty)
  const buffer = Buffer.alloc(plan.size + 10)
  encodeRecord(buffer, 5, message, plan, message)
  return buffer.subarray(5, plan.size + 5)
}

const ipArbitrary = fc.oneof(
  fc.uint8Array({ minLength: 4, maxLength: 4 }),
  fc.uint8Array({ minLength: 16, maxLength: 16 }),
)
const hostArbitrary = fc
  .tuple(ipArbitrary, fc.nat(65535))
  .map(([ip, port]) => new Host(Buffer.from(ip), port))
const int32 = fc.integer()
const safe = fc.maxSafeNat()
const messageArbitrary: fc.Arbitrary<MessageExtBrokerInner> = fc.record({
  topic: fc.stringMatching(/^[%|a-zA-Z0-9_-]{1,255}$/),
  queueId: int32,
  flag: int32,
  sysFlag: fc.nat(0x7ff).map((flag) => flag & ~0x30),
  body: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  properties: fc.string({ unit: 'grapheme', maxLength: 200 }),
  bornTimestamp: safe,
  bornHost: hostArbitrary,
  storeHost: hostArbitrary,
  reconsumeTimes: int32,
  preparedTransactionOffset: safe,
})

describe('commit log record', () => {
  for (const { name, offset, hex } of vectors.commitlog) {
    it(`decodes and encodes Apache's bytes: ${name}`, () => {
      const bytes = Buffer.from(hex, 'hex')
      const message = decodeRecord(bytes)
      expect(message.commitLogOffset).to.equal(offset)
      expect(message.storeSize).to.equal(bytes.length)
      expect(encode(message).toString('hex')).to.equal(hex)
      const parts = locateParts(bytes, 0, bytes.length)
      expect(parts !== undefined && isBodyIntact(bytes, 0, parts)).to.equal(true)
    })
  }

  for (const { name, hex } of vectors.commitlogCrcStore) {
    it(`decodes and encodes Apache's bytes with a CRC property: ${name}`, () => {
      const bytes = Buffer.from(hex, 'hex')
      expect(checkCrcProperty(bytes)).to.equal(true)
      const message = decodeRecord(bytes)
      const properties = message.properties.slice(0, -20)
      expect(encode({ ...message, properties }, true).toString('hex')).to.equal(hex)
      bytes[90] = (bytes[90] ?? 0) ^ 1
      expect(checkCrcProperty(bytes)).to.equal(false)
    })
  }

  it('reads the fields of the first sample', () => {
    const message = decodeRecord(Buffer.from(vectors.commitlog[0]?.hex ?? '', 'hex'))
    expect(message).to.deep.include({ topic: 'TopicA', queueId: 3, storeSize: 278, sysFlag: 0 })
    expect(message.body.toString()).to.equal('hello 0')
    expect(message.storeHost.toString()).to.equal('127.0.0.1:22011')
    expect(message.storeTimestamp).to.equal(0x1a1fb6b19e3)
  })

  it('gives back what was encoded, for both versions, address families and with a CRC property', () => {
    fc.assert(
      fc.property(messageArbitrary, safe, safe, safe, fc.boolean(), (inner, q, c, t, crc) => {
        const place = { queueOffset: q, commitLogOffset: c, storeTimestamp: t }
        const plan = planRecord(inner, crc)
        const record = Buffer.alloc(plan.size)
        encodeRecord(record, 0, inner, plan, place)
        const decoded = decodeRecord(record)
        const { storeSize, bodyCrc, sysFlag, properties, ...rest } = decoded
        const { sysFlag: givenFlag, properties: givenProperties, ...given } = inner
        expect(rest).to.deep.equal({ ...given, ...place })
        expect(sysFlag & ~0x30).to.equal(givenFlag)
        expect(properties.startsWith(givenProperties)).to.equal(true)
        expect([storeSize, bodyCrc]).to.deep.equal([plan.size, plan.bodyCrc])
        expect(recordTotalSize(record, 0)).to.equal(record.length)
        expect(recordStoreTimestamp(record, 0)).to.equal(t)
        expect(checkCrcProperty(record)).to.equal(crc)
      }),
    )
  })

  it('uses version 2 for a topic of more than 127 bytes only', () => {
    const sample = decodeRecord(Buffer.from(vectors.commitlog[0]?.hex ?? '', 'hex'))
    const long = encode({ ...sample, topic: `%RETRY%${'g'.repeat(121)}` })
    expect(long.readInt32BE(4)).to.equal(MESSAGE_MAGIC_V2)
    expect(encode({ ...sample, topic: 't'.repeat(127) }).readInt32BE(4)).not.to.equal(
      MESSAGE_MAGIC_V2,
    )
  })

  it('refuses any cut or lengthened record', () => {
    const bytes = Buffer.from(vectors.commitlog[0]?.hex ?? '', 'hex')
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeRecord(bytes.subarray(0, length))).to.throw('no record in')
    }
    expect(() => decodeRecord(Buffer.concat([bytes, Buffer.alloc(1)]))).to.throw('no record in')
  })

  it('sees a damaged body by its CRC', () => {
    const bytes = Buffer.from(vectors.commitlog[0]?.hex ?? '', 'hex')
    bytes[90] = (bytes[90] ?? 0) ^ 1
    const parts = locateParts(bytes, 0, bytes.length)
    expect(parts !== undefined && isBodyIntact(bytes, 0, parts)).to.equal(false)
  })
})
