import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { DirectoryLock } from '../../../lib/common/directory-lock.ts'
import { NodeFileSystem } from '../../../lib/common/file-system.ts'
import { runningProcesses } from '../../../lib/common/process-table.ts'
import { SimFileSystem, simError } from '../../helpers/sim-file-system.ts'
import { makeTempDirectory } from '../../helpers/temp-directory.ts'

const FILE_SYSTEM = new NodeFileSystem()

async function failure(promise: Promise<void>): Promise<string> {
  return promise.then(
    () => 'no failure',
    (error: Error) => error.message,
  )
}

describe('DirectoryLock', () => {
  const directory = makeTempDirectory()
  after(() => directory.remove())

  function create(name: string, ownPid: number, running: Record<number, string>) {
    const identify = (pid: number) => running[pid]
    const processes = { ownPid, identify, lockOwner: () => undefined }
    return new DirectoryLock(FILE_SYSTEM, processes, join(directory.path, name))
  }

  it('is held by one process until it is given back', async () => {
    const running = { 1: 'a', 2: 'b' }
    const first = create('held', 1, running)
    const second = create('held', 2, running)
    await first.start()
    const held = `the store ${join(directory.path, 'held')} is in use by the process 1`
    expect(await failure(second.start())).to.equal(held)
    await first.stop()
    await second.start()
    await second.stop()
    expect(readdirSync(join(directory.path, 'held'))).to.deep.equal([])
  })

  it('is held within a process, too', async () => {
    const first = create('twice', 1, { 1: 'a' })
    await first.start()
    expect(await failure(first.start())).to.match(/in use by the process 1$/)
  })

  it('is taken over from a process that has gone', async () => {
    await create('gone', 1, { 1: 'a' }).start()
    await create('gone', 2, { 2: 'b' }).start()
  })

  it('is taken over when another process has got the id', async () => {
    await create('reused', 1, { 1: 'a' }).start()
    await create('reused', 1, { 1: 'b' }).start()
  })

  it("leaves the file that Apache's broker locks alone", async () => {
    const lock = create('apache', 1, { 1: 'a' })
    await lock.start()
    await lock.stop()
    const path = join(directory.path, 'apache', 'lock')
    writeFileSync(path, 'lock')
    await lock.start()
    expect(readFileSync(path, 'latin1')).to.equal('lock')
    await lock.stop()
    expect(readFileSync(path, 'latin1')).to.equal('lock')
  })

  it('is refused while another process has locked that file', async () => {
    const lockOwner = (path: string) => (path.endsWith('/locked/lock') ? 4711 : undefined)
    const processes = { ownPid: 1, identify: () => 'a', lockOwner }
    const lock = new DirectoryLock(FILE_SYSTEM, processes, join(directory.path, 'locked'))
    expect(await failure(lock.start())).to.match(/in use by the process 4711$/)
    expect(readdirSync(join(directory.path, 'locked'))).to.deep.equal([])
  })

  it('says in one line that a directory cannot be written', async () => {
    const file = join(directory.path, 'file')
    writeFileSync(file, '')
    const processes = { ownPid: 1, identify: () => 'a', lockOwner: () => undefined }
    const inFile = new DirectoryLock(FILE_SYSTEM, processes, join(file, 'store'))
    expect(await failure(inFile.start())).to.match(
      /^the store \S+ cannot be used: E[A-Z]+: [^\n]+$/,
    )
    const disk = new SimFileSystem()
    disk.fault = () => simError('EROFS')
    const readOnly = new DirectoryLock(disk, processes, '/store')
    expect(await failure(readOnly.start())).to.equal(
      'the store /store cannot be used: EROFS: simulated',
    )
  })

  it('is not given to both of two processes, wherever the one overtakes the other', async () => {
    const running = { 1: 'a', 2: 'b' }
    class Overtaken extends NodeFileSystem {
      override list(path: string): string[] {
        writeFileSync(join(path, 'lock.2.b'), '')
        return super.list(path)
      }
    }
    const processes = {
      ownPid: 1,
      identify: (pid: number) => (pid === 1 ? 'a' : 'b'),
      lockOwner: () => undefined,
    }
    const lock = new DirectoryLock(new Overtaken(), processes, join(directory.path, 'race'))
    expect(await failure(lock.start())).to.match(/in use by the process 2$/)
    expect(readdirSync(join(directory.path, 'race'))).to.deep.equal(['lock.2.b'])
    expect(await failure(create('race', 2, running).start())).to.match(/in use by the process 2$/)
  })
})

describe('running processes', () => {
  const processes = runningProcesses(FILE_SYSTEM)

  it('are identified as long as they run', () => {
    expect(processes.identify(process.pid)).to.be.a('string')
    expect(processes.identify(process.pid)).to.equal(processes.identify(process.pid))
  })

  it('are unknown when there are none', () => {
    expect(processes.identify(2 ** 30)).to.equal(undefined)
  })

  it('are found by the lock that they hold on a file, as Linux lists them', () => {
    const disk = new SimFileSystem()
    const locks = `1: FLOCK  ADVISORY  WRITE 11 fe:01:7 0 EOF
2: POSIX  ADVISORY  READ 12 fe:01:7 0 EOF
3: POSIX  ADVISORY  WRITE 13 fe:01:8 0 0
4: POSIX  ADVISORY  WRITE 14 fe:01:7 0 0
`
    const table = runningProcesses(disk)
    disk.open('/store/lock', 'w').close()
    expect(table.lockOwner('/store/lock')).to.equal(undefined)
    disk.open('/proc/locks', 'w').writeSync(Buffer.from(locks), 0)
    expect(table.lockOwner('/store/lock')).to.equal(14)
    expect(table.lockOwner('/store/other')).to.equal(undefined)
  })
})
