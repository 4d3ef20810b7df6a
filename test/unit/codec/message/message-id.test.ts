import { expect } from 'chai'
import { Host } from '../../../../codec/message/host.ts'
import {
  createOffsetMsgId,
  decodeOffsetMsgId,
  decodeUniqId,
  UniqIdGenerator,
} from '../../../../codec/message/message-id.ts'

describe('message ids', () => {
  it('makes and reads an offset id of an IPv4 store', () => {
    const id = createOffsetMsgId(Host.of('127.0.0.1', 22011), 278)
    expect(id).to.equal('7F000001000055FB0000000000000116')
    const { host, commitLogOffset } = decodeOffsetMsgId(id)
    expect([host.toString(), commitLogOffset]).to.deep.equal(['127.0.0.1:22011', 278])
  })

  it('makes and reads an offset id of an IPv6 store', () => {
    const id = createOffsetMsgId(Host.of('fd00::1', 10911), 2 ** 40)
    expect(id).to.equal('FD00000000000000000000000000000100002A9F0000010000000000')
    expect(decodeOffsetMsgId(id).commitLogOffset).to.equal(2 ** 40)
  })

  it('refuses what is no id', () => {
    for (const id of ['', 'xyz', '7F0000', `7F000001000055FB000000000000011G`, 'AB'.repeat(17)]) {
      expect(() => decodeOffsetMsgId(id)).to.throw('is not a message id')
    }
  })

  it('reads a unique id made by the Java client on an IPv6 host', () => {
    const id = decodeUniqId('FD000000000000000000000000000002261E30946E09670331300000')
    expect([...id.ip]).to.deep.equal([0xfd, ...new Array<number>(14).fill(0), 2])
    expect(id).to.deep.include({ processId: 0x261e, sinceMonthMs: 0x67033130, counter: 0 })
  })

  it('makes unique ids that differ and tell their maker', () => {
    const generator = new UniqIdGenerator(Buffer.from([10, 0, 0, 1]), 0x12345, 7)
    const first = generator.create(5_000, 1_000)
    expect(first).to.equal('0A0000012345' + '00000007' + '00000FA0' + '0000')
    expect(generator.create(5_000, 1_000)).to.not.equal(first)
    expect(decodeUniqId(first)).to.deep.include({
      processId: 0x2345,
      sinceMonthMs: 4_000,
      counter: 0,
    })
  })
})
