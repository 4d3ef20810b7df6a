import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { DirectoryLock, runningProcesses } from '../../../lib/common/directory-lock.ts'
import { NodeFileSystem } from '../../../lib/common/file-system.ts'
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
    const processes = { ownPid, identify: (pid: number) => running[pid] }
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
    expect(existsSync(join(directory.path, 'held', 'lock'))).to.equal(false)
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

  it("takes no notice of what Apache's lock file holds", async () => {
    await create('apache', 1, { 1: 'a' }).start()
    writeFileSync(join(directory.path, 'apache', 'lock'), 'lock')
    await create('apache', 2, { 1: 'a', 2: 'b' }).start()
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
})
