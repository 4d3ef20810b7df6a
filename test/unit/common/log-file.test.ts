import { once } from 'node:events'
import fs from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { pino } from 'pino'
import { NodeFileSystem, openToAppend } from '../../../lib/common/file-system.ts'
import { LogFile } from '../../../lib/common/log-file.ts'
import type { LogFileOptions } from '../../../lib/common/log-file.ts'
import { SimClock } from '../../helpers/sim-clock.ts'
import { makeTempDirectory } from '../../helpers/temp-directory.ts'
import { until } from '../../helpers/until.ts'

const HAS_FULL_DEVICE = fs.existsSync('/dev/full')

describe('LogFile', () => {
  let directory: ReturnType<typeof makeTempDirectory>
  let clock: SimClock
  let failures: string[]
  let lost: number[]
  let closed: Promise<unknown>[]

  beforeEach(() => {
    directory = makeTempDirectory()
    clock = new SimClock()
    failures = []
    lost = []
    closed = []
  })
  afterEach(() => directory.remove())

  function open(options: Partial<LogFileOptions> = {}): LogFile {
    return new LogFile({
      directory: directory.path,
      name: 'broker',
      fileSystem: new NodeFileSystem(),
      clock,
      openStream: (path) => {
        const stream = pino.destination({ dest: openToAppend(path), sync: false })
        closed.push(once(stream, 'close').catch(() => undefined))
        return stream
      },
      onFailed: (text) => failures.push(text),
      onLost: (lines) => lost.push(lines),
      ...options,
    })
  }

  async function close(file: LogFile): Promise<void> {
    await file.close()
    await Promise.all(closed)
  }

  function path(...names: string[]): string {
    return join(directory.path, ...names)
  }

  function read(...names: string[]): string {
    return fs.readFileSync(path(...names), 'utf8')
  }

  it('is set aside before it becomes too long, and loses and splits no line', async () => {
    const file = open({ maxBytes: 30 })
    for (let line = 1; line <= 7; line++) file.write(`line ${line} äö\n`)
    await close(file)
    expect(fs.readdirSync(path('otherdays'))).to.have.members(
      [1, 2, 3].map((i) => `broker.${i}.log`),
    )
    expect(read('otherdays', 'broker.3.log')).to.equal('line 1 äö\nline 2 äö\n')
    expect(read('otherdays', 'broker.2.log')).to.equal('line 3 äö\nline 4 äö\n')
    expect(read('otherdays', 'broker.1.log')).to.equal('line 5 äö\nline 6 äö\n')
    expect(read('broker.log')).to.equal('line 7 äö\n')
    expect(failures).to.deep.equal([])
  })

  it('keeps as many files aside as it is told, the newest', async () => {
    const file = open({ maxBytes: 10, maxFiles: 2 })
    for (let line = 1; line <= 6; line++) file.write(`line ${line}\n`)
    await close(file)
    await until(() => fs.readdirSync(path('otherdays')).length === 2)
    expect(read('otherdays', 'broker.2.log')).to.equal('line 4\n')
    expect(read('otherdays', 'broker.1.log')).to.equal('line 5\n')
    expect(read('broker.log')).to.equal('line 6\n')
  })

  it('goes on where the process before has ended, also within a line', async () => {
    fs.writeFileSync(path('broker.log'), 'whole\ntor')
    const file = open({ maxBytes: 20 })
    file.write('line 1\n')
    file.write('line 2\n')
    await close(file)
    expect(read('otherdays', 'broker.1.log')).to.equal('whole\ntor\nline 1\n')
    expect(read('broker.log')).to.equal('line 2\n')
  })

  it('is opened anew when somebody has moved it away', async () => {
    const file = open()
    file.write('line 1\n')
    fs.renameSync(path('broker.log'), path('moved.log'))
    file.write('line 2\n')
    file.reopen()
    file.write('line 3\n')
    await close(file)
    expect(read('moved.log')).to.equal('line 1\nline 2\n')
    expect(read('broker.log')).to.equal('line 3\n')
  })

  it('goes on in the same file when that cannot be set aside, and says so once', async () => {
    fs.writeFileSync(path('otherdays'), '')
    const file = open({ maxBytes: 10 })
    for (let line = 1; line <= 4; line++) file.write(`line ${line}\n`)
    await close(file)
    expect(read('broker.log')).to.equal('line 1\nline 2\nline 3\nline 4\n')
    expect(failures).to.deep.equal([`cannot write the log file ${path('broker.log')}: EEXIST`])
  })

  it('drops lines while the disk is full, says so once, and tells afterwards how many', async function () {
    if (!HAS_FULL_DEVICE) this.skip()
    fs.symlinkSync('/dev/full', path('broker.log'))
    const file = open()
    file.write('line 1\n')
    await until(() => failures.length > 0)
    file.write('line 2\n')
    clock.advance(5000)
    file.write('line 3\n')
    await until(() => closed.length === 2 && clock.pendingTimers === 1)
    fs.unlinkSync(path('broker.log'))
    file.write('line 4\n')
    clock.advance(5000)
    expect(lost).to.deep.equal([])
    file.write('line 5\n')
    await until(() => lost.length > 0)
    await close(file)
    expect(failures).to.deep.equal([`cannot write the log file ${path('broker.log')}: ENOSPC`])
    expect(lost).to.deep.equal([4])
    expect(read('broker.log')).to.equal('line 5\n')
  })

  it('ends although the disk is full', async function () {
    if (!HAS_FULL_DEVICE) this.skip()
    fs.symlinkSync('/dev/full', path('broker.log'))
    const file = open()
    file.write('line 1\n')
    await close(file)
    file.write('line 2\n')
    expect(clock.pendingTimers).to.equal(0)
  })

  it('is refused in one line where it cannot be opened', () => {
    fs.writeFileSync(path('file'), '')
    expect(() => open({ directory: path('file', 'logs') })).to.throw(
      `cannot write the log file ${path('file', 'logs', 'broker.log')}: ENOTDIR`,
    )
  })
})
