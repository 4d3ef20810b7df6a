import { expect } from 'chai'
import { LogFile } from '../../../../lib/store/logfile/log-file.ts'
import { OpenFiles } from '../../../../lib/store/logfile/open-files.ts'
import { LogPieces } from '../../../../lib/store/recovery/log-pieces.ts'
import { SimFileSystem } from '../../../helpers/sim-file-system.ts'

const MIB = 1024 * 1024
const SIZE = 9 * MIB
const START = 1000

describe('LogPieces', () => {
  let file: LogFile
  let content: Buffer

  beforeEach(() => {
    const disk = new SimFileSystem()
    file = new LogFile('/log/file', START, SIZE, disk, new OpenFiles(1))
    file.create()
    content = Buffer.alloc(SIZE)
    for (let at = 0; at < SIZE; at += 4) content.writeUInt32BE(at, at)
    file.writeSync(content, START)
  })

  const cases = [
    { what: 'nothing', left: [0, 0, 0] },
    { what: 'as much as there is room for before the next piece', left: [64 * 1024, 1, 0] },
    { what: 'more than there is room for', left: [64 * 1024 + 1, 3 * MIB, 0] },
    { what: 'all of it', left: [4 * MIB, 8 * MIB, 0] },
  ]
  for (const { what, left } of cases) {
    it(`goes through a file when ${what} is left of a piece`, async () => {
      const pieces = new LogPieces(file, START)
      let piece = await pieces.first()
      let offset = 0
      for (const bytes of left) {
        expect(content.subarray(offset, offset + piece.length).equals(piece)).to.equal(true)
        offset += piece.length - bytes
        piece = await pieces.next(piece.subarray(piece.length - bytes))
      }
      expect(offset).to.equal(SIZE)
      expect(piece.length).to.equal(0)
      await pieces.close()
    })
  }

  it('begins in the middle of a file and ends with it', async () => {
    const pieces = new LogPieces(file, START + SIZE - 10)
    expect((await pieces.first()).equals(content.subarray(SIZE - 10))).to.equal(true)
    expect((await pieces.next(Buffer.alloc(0))).length).to.equal(0)
    await pieces.close()
  })
})
