import { expect } from 'chai'
import { LogFileQueue } from '../../../../lib/store/logfile/log-file-queue.ts'
import { OpenFiles } from '../../../../lib/store/logfile/open-files.ts'
import { SimFileSystem, simError } from '../../../helpers/sim-file-system.ts'

const SIZE = 100

describe('LogFileQueue', () => {
  let disk: SimFileSystem
  let openFiles: OpenFiles

  beforeEach(() => {
    disk = new SimFileSystem()
    openFiles = new OpenFiles(2)
  })

  function queue(directories = ['/log']): LogFileQueue {
    const options = { directories, fileSize: SIZE, fileSystem: disk, openFiles }
    return new LogFileQueue({ ...options, syncDirectories: true })
  }

  const names = (files: LogFileQueue) => files.files.map(({ path }) => path)
  const text = (files: LogFileQueue, offset: number, length: number) => {
    const bytes = Buffer.alloc(length)
    files.find(offset)?.readSync(bytes, offset)
    return bytes.toString()
  }

  it('makes files one behind the other, each of full size', () => {
    const files = queue()
    files.findOrCreate(0)
    files.findOrCreate(SIZE)
    expect(names(files)).to.deep.equal(['/log/00000000000000000000', '/log/00000000000000000100'])
    expect(disk.stat('/log/00000000000000000100')?.size).to.equal(SIZE)
    expect(files.find(SIZE - 1)?.startOffset).to.equal(0)
    expect(files.find(SIZE)?.startOffset).to.equal(SIZE)
    expect(files.find(2 * SIZE)).to.equal(undefined)
  })

  it('begins anywhere, at the border of a file', () => {
    const files = queue()
    expect(files.findOrCreate(1234).startOffset).to.equal(1200)
    expect(files.find(1199)).to.equal(undefined)
    expect(files.fileStart(1350)).to.equal(1300)
  })

  it('shares its files out over several directories and finds them again', () => {
    const files = queue(['/a', '/b'])
    for (const start of [0, 100, 200]) files.findOrCreate(start)
    const expected = [
      '/a/00000000000000000000',
      '/b/00000000000000000100',
      '/a/00000000000000000200',
    ]
    expect(names(files)).to.deep.equal(expected)
    const again = queue(['/a', '/b'])
    again.load(true)
    expect(names(again)).to.deep.equal(expected)
  })

  it('leaves nothing behind of a file that cannot be made', () => {
    const files = queue()
    disk.fault = (operation) => (operation === 'write' ? simError('ENOSPC') : undefined)
    expect(() => files.findOrCreate(0)).to.throw('ENOSPC')
    expect(disk.list('/log')).to.deep.equal([])
    disk.fault = () => undefined
    expect(files.findOrCreate(0).startOffset).to.equal(0)
  })

  it('forgets what is behind a cut, also when it grows again', () => {
    const files = queue()
    for (const start of [0, 100, 200]) {
      files.findOrCreate(start).writeSync(Buffer.alloc(SIZE, 'x'), start)
    }
    files.truncate(150)
    expect(names(files)).to.have.length(2)
    expect(text(files, 148, 4)).to.equal('xx\0\0')
    files.findOrCreate(200)
    expect(text(files, 200, 2)).to.equal('\0\0')
    files.truncate(100)
    expect(names(files)).to.deep.equal(['/log/00000000000000000000'])
  })

  it('takes its first file out at once, and off the disk in the background', async () => {
    const files = queue()
    for (const start of [0, 100]) files.findOrCreate(start)
    const unlinked = files.unlinkFirst()
    expect(names(files)).to.deep.equal(['/log/00000000000000000100'])
    expect(disk.list('/log')).to.have.length(2)
    expect(await unlinked).to.equal(true)
    expect(disk.list('/log')).to.have.length(1)
    expect(await files.unlinkFirst()).to.equal(false)
  })

  it('has its first file again when it cannot be removed', async () => {
    const files = queue()
    for (const start of [0, 100]) files.findOrCreate(start)
    disk.fault = (operation) => (operation === 'remove' ? simError('EROFS') : undefined)
    const error: unknown = await files.unlinkFirst().catch((refused: unknown) => refused)
    expect(String(error)).to.contain('EROFS')
    expect(names(files)).to.have.length(2)
  })

  it('keeps its first file, which says where it begins, when all is forgotten', () => {
    const files = queue()
    files.findOrCreate(200).writeSync(Buffer.alloc(SIZE, 'x'), 200)
    files.findOrCreate(300)
    files.truncate(0)
    expect(names(files)).to.deep.equal(['/log/00000000000000000200'])
    expect(text(files, 200, 2)).to.equal('\0\0')
  })

  it('gives the last file its size again after a crash only', () => {
    queue().findOrCreate(0)
    disk.damage('/log/00000000000000000000', (bytes) => bytes.subarray(0, 30))
    expect(() => queue().load(true)).to.throw('has 30 bytes instead of the configured 100')
    queue().load(false)
    expect(disk.stat('/log/00000000000000000000')?.size).to.equal(SIZE)
  })

  it('never removes its only file to make room', () => {
    const files = queue()
    files.findOrCreate(0)
    expect(files.removeFirst()).to.equal(false)
    files.findOrCreate(SIZE)
    expect(files.removeFirst()).to.equal(true)
    expect(disk.list('/log')).to.deep.equal(['00000000000000000100'])
  })

  it('keeps few files open, and opens one again when it is used', () => {
    const files = queue()
    for (let start = 0; start < 5 * SIZE; start += SIZE) {
      files.findOrCreate(start).writeSync(Buffer.from(`${start}`), start)
    }
    expect(openFiles.count).to.equal(2)
    expect(text(files, 0, 1)).to.equal('0')
    expect(text(files, 400, 3)).to.equal('400')
    expect(openFiles.count).to.equal(2)
  })

  it('ends a read of a file that is removed meanwhile', async () => {
    const files = queue()
    files.findOrCreate(0).writeSync(Buffer.from('here'), 0)
    files.findOrCreate(SIZE)
    const bytes = Buffer.alloc(4)
    const reading = files.find(0)?.read(bytes, 0)
    files.removeFirst()
    expect(await reading).to.equal(4)
    expect(bytes.toString()).to.equal('here')
    expect(openFiles.count).to.equal(1)
  })
})
