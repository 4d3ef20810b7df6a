import { expect } from 'chai'
import fc from 'fast-check'
import { FrameError } from '../../../codec/errors.ts'
import {
  bodyLength,
  decodeFrame,
  encodeFrame,
  encodeFrameHead,
  FrameDecoder,
} from '../../../codec/frame.ts'
import { RemotingCommand, SerializeType } from '../../../codec/remoting-command.ts'
import { anyCommand } from '../../helpers/arbitrary-command.ts'

function frameOf(body: string): Buffer {
  return encodeFrame(RemotingCommand.request(10, { topic: 'T' }, Buffer.from(body)))
}

/** The frames that come out when `bytes` come in chunks that end at `cuts`. */
function cutAt(bytes: Buffer, cuts: readonly number[], decoder = new FrameDecoder()): string[] {
  const frames: string[] = []
  let start = 0
  for (const end of [...cuts, bytes.length]) {
    decoder.push(bytes.subarray(start, end), (frame) => frames.push(frame.toString('hex')))
    start = end
  }
  return frames
}

describe('FrameDecoder', () => {
  const frames = [frameOf(''), frameOf('body'), frameOf('x'.repeat(300))]
  const stream = Buffer.concat(frames)
  const expected = frames.map((frame) => frame.toString('hex'))

  it('cuts the same frames wherever the stream is split', () => {
    for (let cut = 0; cut <= stream.length; cut++) {
      expect(cutAt(stream, [cut])).to.deep.equal(expected)
    }
  })

  it('cuts the same frames when each byte comes alone', () => {
    const decoder = new FrameDecoder()
    expect(cutAt(stream, Array.from(stream.keys()), decoder)).to.deep.equal(expected)
    expect(decoder.pendingBytes).to.equal(0)
  })

  it('cuts the same frames for whatever chunks', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(stream.length), { maxLength: 30 }), (cuts) => {
        const sorted = cuts.sort((a, b) => a - b)
        expect(cutAt(stream, sorted)).to.deep.equal(expected)
      }),
    )
  })

  it('says how many bytes it holds back', () => {
    const decoder = new FrameDecoder()
    decoder.push(stream.subarray(0, 3), () => undefined)
    expect(decoder.pendingBytes).to.equal(3)
    decoder.push(stream.subarray(3, 10), () => undefined)
    expect(decoder.pendingBytes).to.equal(frames[0]?.length)
  })

  it('passes a frame within one chunk on without copying it', () => {
    new FrameDecoder().push(stream, (frame) => {
      expect(frame.buffer).to.equal(stream.buffer)
    })
  })

  for (const length of [-1, 0, 3, 16_777_217, 0x7fffffff]) {
    it(`refuses a length of ${length}`, () => {
      const head = Buffer.alloc(4)
      head.writeInt32BE(length)
      expect(() => cutAt(head, [])).to.throw(
        FrameError,
        `frame length ${length} is not within 4..16777216`,
      )
    })
  }

  it('takes a length at the limit and none above', () => {
    const limit = frameOf('12345').length - 4
    expect(cutAt(frameOf('12345'), [], new FrameDecoder(limit))).to.have.length(1)
    expect(() => cutAt(frameOf('123456'), [], new FrameDecoder(limit))).to.throw(FrameError)
  })
})

describe('frames', () => {
  for (const [name, type] of Object.entries(SerializeType)) {
    it(`come back from ${name}`, () => {
      fc.assert(
        fc.property(anyCommand(type), (command) => {
          expect(decodeFrame(encodeFrame(command, type))).to.deep.equal(command)
        }),
      )
    })

    it(`throw nothing but FrameError when bytes of ${name} are changed or cut`, () => {
      const change = fc.tuple(fc.nat(), fc.nat(255))
      fc.assert(
        fc.property(
          anyCommand(type),
          fc.array(change, { maxLength: 5 }),
          fc.nat(),
          (command, changes, cut) => {
            const frame = encodeFrame(command, type)
            for (const [at, byte] of changes) frame[at % frame.length] = byte
            expectFrameError(frame)
            expectFrameError(frame.subarray(0, cut % frame.length))
          },
        ),
      )
    })
  }

  it('throw nothing but FrameError for whatever bytes', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 100 }),
        fc.constantFrom(0, 1, 2),
        fc.nat(120),
        (bytes, type, header) => {
          const head = Buffer.from([0, 0, 0, 4 + bytes.length, type, 0, 0, header])
          expectFrameError(Buffer.concat([head, bytes]))
          expectFrameError(Buffer.from(bytes))
        },
      ),
    )
  })

  it('with a header longer than the frame are refused', () => {
    const frame = Buffer.from([0, 0, 0, 4, 0, 0, 0, 1])
    expect(() => decodeFrame(frame)).to.throw(
      FrameError,
      'header length 1 exceeds the frame of 8 bytes',
    )
  })

  it('of an unknown serialize type are refused', () => {
    const frame = frameOf('')
    frame[4] = 2
    expect(() => decodeFrame(frame)).to.throw(FrameError, 'unknown serialize type 2')
  })

  it('count a body that is given in slices', () => {
    const command = RemotingCommand.response(0)
    command.bodySlices = [Buffer.from('ab'), Buffer.from('c')]
    expect(bodyLength(command)).to.equal(3)
    const head = encodeFrameHead(command)
    expect(head.readInt32BE(0)).to.equal(head.length - 4 + 3)
    expect(decodeFrame(encodeFrame(command)).body?.toString()).to.equal('abc')
  })
})

/** Passes bytes through the decoders as a connection does. */
function expectFrameError(bytes: Buffer): void {
  try {
    new FrameDecoder().push(bytes, (frame) => decodeFrame(frame))
  } catch (error) {
    expect(error).to.be.instanceOf(FrameError)
  }
}
