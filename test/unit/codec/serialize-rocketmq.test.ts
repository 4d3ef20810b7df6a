import { expect } from 'chai'
import { FrameError } from '../../../codec/errors.ts'
import { decodeFrame, encodeFrame } from '../../../codec/frame.ts'
import { RemotingCommand, SerializeType } from '../../../codec/remoting-command.ts'
import { decodeRocketmqHeader } from '../../../codec/serialize-rocketmq.ts'

const FIXED = '0069' + '00' + '01df' + '00000001' + '00000000'

function decode(hex: string): RemotingCommand {
  const bytes = Buffer.from(hex, 'hex')
  return decodeRocketmqHeader(bytes, 0, bytes.length)
}

describe('the binary header', () => {
  it('is laid out as a frame that Apache took', () => {
    const command = RemotingCommand.request(105, { topic: 'T' })
    command.opaque = 1
    const hex =
      '00000025' + '01000021' + FIXED + '00000000' + '0000000c' + '0005746f706963' + '0000000154'
    expect(encodeFrame(command, SerializeType.ROCKETMQ).toString('hex')).to.equal(hex)
    expect(decodeFrame(Buffer.from(hex, 'hex'))).to.deep.equal(command)
  })

  it('takes an empty value or key for none, and the last of two', () => {
    const fields =
      '000161' +
      '00000000' +
      '0000' +
      '0000000178' +
      '000162' +
      '0000000178' +
      '000162' +
      '0000000179'
    expect(decode(`${FIXED}00000000${'0000001e'}${fields}`).extFields).to.deep.equal({ b: 'y' })
  })

  it('cuts codes and versions to 16 bits, as Apache does', () => {
    const command = RemotingCommand.request(200050)
    command.version = 70000
    const back = decodeFrame(encodeFrame(command, SerializeType.ROCKETMQ))
    expect(back).to.include({ code: 3442, version: 4464 })
  })

  const refused: [string, string][] = [
    [FIXED, 'a binary header of 13 bytes is too short'],
    [`${FIXED}ffffffff00000000`, 'a length of -1 leads outside'],
    [`${FIXED}0000000100000000`, 'a length of 1 leads outside'],
    [`${FIXED}0000000000000001`, 'a length of 1 leads outside'],
    [`${FIXED}00000000000000050001610000`, 'a header field is cut off'],
    [`${FIXED}0000000000000007${'000261'}00000000`, 'a length of 2 leads outside'],
    [`${FIXED}0000000000000007${'ffff61'}00000000`, 'a length of -1 leads outside'],
    [`${FIXED}0000000000000007${'000161'}00000001`, 'a length of 1 leads outside'],
  ]
  for (const [hex, message] of refused) {
    it(`is refused when it ends in ${hex.slice(26)}`, () => {
      expect(() => decode(hex)).to.throw(FrameError, message)
    })
  }
})
