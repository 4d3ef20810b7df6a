import { deflateSync } from 'node:zlib'
import { expect } from 'chai'
import fc from 'fast-check'
import {
  RegisterBrokerBody,
  decodeCompressedRegisterBody,
  encodeCompressedRegisterBody,
} from '../../../../codec/body/register-broker-body.ts'
import { CodecError } from '../../../../codec/errors.ts'
import { MqVersion } from '../../../../codec/mq-version.ts'

const body = RegisterBrokerBody.decode(
  JSON.stringify({
    filterServerList: ['f:1'],
    topicConfigSerializeWrapper: {
      dataVersion: { counter: 3, stateVersion: 1, timestamp: 1795219545852 },
      topicConfigTable: {
        T: { topicName: 'T', readQueueNums: 4, writeQueueNums: 4, perm: 6 },
        __proto__x: { topicName: '__proto__x', attributes: { 'queue.type': 'BatchCQ' } },
      },
      topicQueueMappingInfoMap: {
        S: { topic: 'S', bname: 'b', totalQueues: 2, currIdMap: { 0: 1 } },
      },
    },
  }),
)

function item(text: string): Buffer {
  const head = Buffer.alloc(4)
  head.writeInt32BE(Buffer.byteLength(text))
  return Buffer.concat([head, Buffer.from(text)])
}
const count = (n: number): Buffer => {
  const head = Buffer.alloc(4)
  head.writeInt32BE(n)
  return head
}

describe('RegisterBrokerBody', () => {
  it('comes back from its JSON form', () => {
    expect(RegisterBrokerBody.decode(RegisterBrokerBody.encode(body))).to.deep.equal(body)
  })

  it('comes back from its compressed form', () => {
    const bytes = encodeCompressedRegisterBody(body)
    expect(decodeCompressedRegisterBody(bytes, MqVersion.V5_3_3)).to.deep.equal(body)
  })

  it('reads the compressed form of 4.x, which ends behind the filter servers', () => {
    const bytes = deflateSync(
      Buffer.concat([
        item('{"counter":2,"timestamp":5}'),
        count(1),
        item('T 8 8 6 SINGLE_TAG'),
        item('[]'),
      ]),
    )
    const read = decodeCompressedRegisterBody(bytes, MqVersion.V4_9_4)
    expect(read.topicConfigSerializeWrapper.dataVersion).to.deep.equal({
      counter: 2,
      stateVersion: 0,
      timestamp: 5,
    })
    expect([...read.topicConfigSerializeWrapper.topicConfigTable.keys()]).to.deep.equal(['T'])
    expect(() => decodeCompressedRegisterBody(bytes, MqVersion.V5_0_0)).to.throw('has a count at')
  })

  it('refuses bytes that inflate to more than the limit', () => {
    const bomb = deflateSync(Buffer.alloc(1_000_000))
    expect(() => decodeCompressedRegisterBody(bomb, MqVersion.V5_3_3, 999_999)).to.throw(
      CodecError,
      'cannot be read',
    )
  })

  it('throws nothing but CodecError for whatever bytes, compressed or not', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.boolean(), (bytes, compress) => {
        const input = compress ? deflateSync(bytes) : Buffer.from(bytes)
        try {
          decodeCompressedRegisterBody(input, MqVersion.V5_3_3)
        } catch (error) {
          expect(error).to.be.instanceOf(CodecError)
        }
      }),
    )
  })

  it('throws nothing but CodecError when a good body is cut or a byte is changed', () => {
    const raw = encodeCompressedRegisterBody(body)
    fc.assert(
      fc.property(fc.nat(raw.length - 1), fc.nat(255), (at, byte) => {
        const input = Buffer.from(raw)
        input[at] = byte
        for (const bytes of [input, raw.subarray(0, at)]) {
          try {
            decodeCompressedRegisterBody(bytes, MqVersion.V5_3_3)
          } catch (error) {
            expect(error).to.be.instanceOf(CodecError)
          }
        }
      }),
    )
  })
})
