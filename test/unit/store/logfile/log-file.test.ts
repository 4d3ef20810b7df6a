import { expect } from 'chai'
import type { FileHandle, OpenFlags } from '../../../../lib/common/file-system.ts'
import { LogFile } from '../../../../lib/store/logfile/log-file.ts'
import { OpenFiles } from '../../../../lib/store/logfile/open-files.ts'
import { settle } from '../../../helpers/settle.ts'
import { SimFileSystem, simError } from '../../../helpers/sim-file-system.ts'

const SIZE = 100

/** Notes what is opened and closed, and lets a test end reads. */
class WatchedFileSystem extends SimFileSystem {
  readonly events: string[] = []
  endRead: () => void = () => undefined

  override open(path: string, flags: OpenFlags): FileHandle {
    const name = path.slice(path.lastIndexOf('/') + 1)
    const handle = super.open(path, flags)
    const close = handle.close.bind(handle)
    this.events.push(`open ${name}`)
    return Object.assign(handle, {
      read: async (buffer: Buffer, position: number) => {
        await new Promise<void>((resolve) => (this.endRead = resolve))
        return handle.readSync(buffer, position)
      },
      close: () => {
        this.events.push(`close ${name}`)
        close()
      },
    })
  }
}

describe('LogFile', () => {
  let disk: WatchedFileSystem
  let openFiles: OpenFiles

  beforeEach(() => {
    disk = new WatchedFileSystem()
    openFiles = new OpenFiles(1)
  })

  function create(name: string): LogFile {
    const file = new LogFile(`/log/${name}`, 0, SIZE, disk, openFiles)
    file.create()
    file.writeSync(Buffer.from(name), 0)
    return file
  }

  async function text(reading: Promise<number>, into: Buffer): Promise<string> {
    return into.toString('utf8', 0, await reading)
  }

  it('is closed when another one is used, and opened again by its next use', () => {
    const file = create('a')
    create('b')
    expect(disk.events).to.deep.equal(['open a', 'open b', 'close a'])
    file.readSync(Buffer.alloc(1), 0)
    expect(disk.events.slice(3)).to.deep.equal(['open a', 'close b'])
  })

  it('stays open for a read that runs, however many others are used', async () => {
    const file = create('a')
    const into = Buffer.alloc(1)
    const reading = file.read(into, 0)
    create('b')
    expect(disk.events).to.deep.equal(['open a', 'open b'])
    disk.endRead()
    expect(await text(reading, into)).to.equal('a')
    create('c')
    expect(disk.events).to.include('close a')
  })

  it('is closed by the end of the read that runs, once', async () => {
    const file = create('a')
    const into = Buffer.alloc(1)
    const reading = file.read(into, 0)
    file.close()
    expect(disk.events).to.deep.equal(['open a'])
    disk.endRead()
    expect(await text(reading, into)).to.equal('a')
    expect(disk.events).to.deep.equal(['open a', 'close a'])
    expect(openFiles.count).to.equal(0)
  })

  it('can be removed under a read, which ends as if it was there', async () => {
    const file = create('a')
    const into = Buffer.alloc(1)
    const reading = file.read(into, 0)
    file.remove()
    expect(disk.exists('/log/a')).to.equal(false)
    disk.endRead()
    expect(await text(reading, into)).to.equal('a')
    expect(disk.events).to.deep.equal(['open a', 'close a'])
  })

  it('is taken off the disk in the background when no read runs any more', async () => {
    const file = create('a')
    const into = Buffer.alloc(1)
    const reading = file.read(into, 0)
    const unlinked = file.unlink()
    await settle()
    expect([disk.exists('/log/a'), disk.events]).to.deep.equal([true, ['open a']])
    disk.endRead()
    expect(await text(reading, into)).to.equal('a')
    await unlinked
    expect([disk.exists('/log/a'), disk.events]).to.deep.equal([false, ['open a', 'close a']])
  })

  it('leaves nothing behind when it cannot be made', () => {
    disk.fault = (operation) => (operation === 'write' ? simError('ENOSPC') : undefined)
    expect(() => create('a')).to.throw('ENOSPC')
    expect(disk.exists('/log/a')).to.equal(false)
  })
})
