import { expect } from 'chai'
import path from 'node:path'
import { NodeFileSystem, type FileHandle } from '../../../../lib/common/file-system.ts'
import { LogFileQueue } from '../../../../lib/store/logfile/log-file-queue.ts'
import { OpenFiles } from '../../../../lib/store/logfile/open-files.ts'
import { BLOCK_BYTES } from '../../../../lib/store/read/block-cache.ts'
import { ColdReader, type Range } from '../../../../lib/store/read/cold-reader.ts'
import { makeReads } from '../../../helpers/disk-reads.ts'
import { makeTempDirectory } from '../../../helpers/temp-directory.ts'

const FILE_SIZE = 3 * BLOCK_BYTES + 1000

/** A byte for each offset of the log that tells blocks and files apart. */
function byteAt(offset: number): number {
  return (offset * 7 + Math.floor(offset / 251)) % 256
}

function expected(offset: number, size: number): Buffer {
  return Buffer.from(Array.from({ length: size }, (_, i) => byteAt(offset + i)))
}

class CountingFileSystem extends NodeFileSystem {
  reads = 0

  override open(file: string, flags: 'r' | 'r+' | 'w' | 'wx+' | 'a+'): FileHandle {
    const handle = super.open(file, flags)
    const read = handle.read.bind(handle)
    handle.read = (buffer, position) => {
      this.reads++
      return read(buffer, position)
    }
    return handle
  }
}

/** The bytes of a record; undefined when it is not there. */
async function readRecord(reader: ColdReader, { offset, size }: Range) {
  const chunk = reader.findChunk(offset, size) ?? (await reader.readChunk(offset, size))
  const start = offset - (chunk?.startOffset ?? 0)
  return chunk?.buffer.subarray(start, start + size)
}

describe('ColdReader', () => {
  let directory: ReturnType<typeof makeTempDirectory>
  let files: LogFileQueue
  let fileSystem: CountingFileSystem
  let writtenOffset: number
  let config: { dataReadAheadEnable: boolean }
  let reader: ColdReader

  beforeEach(() => {
    directory = makeTempDirectory()
    fileSystem = new CountingFileSystem()
    files = new LogFileQueue({
      directories: [path.join(directory.path, 'commitlog')],
      fileSize: FILE_SIZE,
      fileSystem,
      openFiles: new OpenFiles(10),
      syncDirectories: false,
    })
    for (const start of [0, FILE_SIZE]) {
      files.findOrCreate(start).writeSync(expected(start, FILE_SIZE), start)
    }
    writtenOffset = 2 * FILE_SIZE
    config = { dataReadAheadEnable: true }
    reader = new ColdReader({
      config,
      files,
      reads: makeReads(),
      cacheBytes: 4 * BLOCK_BYTES,
      writtenOffset: () => writtenOffset,
    })
  })

  afterEach(() => {
    files.close()
    directory.remove()
  })

  it('reads records within blocks, over their borders and at the ends of files', async () => {
    const ranges = [
      { offset: 10, size: 100 },
      { offset: BLOCK_BYTES - 50, size: 100 },
      { offset: 3 * BLOCK_BYTES + 990, size: 10 },
      { offset: FILE_SIZE, size: 300 },
      { offset: FILE_SIZE + 100, size: BLOCK_BYTES + 1 },
    ]
    for (const { offset, size } of ranges) {
      const record = await readRecord(reader, { offset, size })
      expect(record?.equals(expected(offset, size)), `record at ${offset}`).to.equal(true)
    }
  })

  it('reads a block once for many records', async () => {
    const chunk = await reader.readChunk(0, 500)
    for (let offset = 1000; offset <= 49_000; offset += 1000) {
      expect(reader.findChunk(offset, 500)).to.equal(chunk)
    }
    expect(fileSystem.reads).to.equal(1)
    expect(chunk?.length).to.equal(BLOCK_BYTES)
  })

  it('reads no more than the record without read-ahead', async () => {
    config.dataReadAheadEnable = false
    const chunk = await reader.readChunk(1000, 500)
    expect(chunk).to.include({ startOffset: 1000, length: 500 })
    expect(reader.findChunk(1000, 500)).to.equal(undefined)
  })

  it('keeps no block that is still being written to', async () => {
    writtenOffset = 600
    await readRecord(reader, { offset: 0, size: 600 })
    files.findOrCreate(0).writeSync(Buffer.alloc(100, 1), 600)
    writtenOffset = 700
    const record = await readRecord(reader, { offset: 600, size: 100 })
    expect(record?.equals(Buffer.alloc(100, 1))).to.equal(true)
  })

  it('has nothing for files that are gone, though their blocks were read', async () => {
    expect(await reader.readChunk(0, 100)).to.include({ startOffset: 0 })
    files.removeFirst()
    expect(reader.findChunk(0, 100)).to.equal(null)
    expect(await reader.readChunk(0, 100)).to.equal(null)
  })
})
