import fs from 'node:fs'
import path from 'node:path'
import { expect } from 'chai'
import { ConfigFile } from '../../../../lib/broker/topic/config-file.ts'
import { NodeFileSystem } from '../../../../lib/common/file-system.ts'
import { SILENT_LOGGER } from '../../../../lib/common/logger.ts'
import { makeTempDirectory } from '../../../helpers/temp-directory.ts'

describe('ConfigFile', () => {
  let directory: { path: string; remove: () => void }
  let file: ConfigFile
  let filePath: string
  let backups: string[]
  let nextBackup: () => void

  /** Tells when a backup has been put into place. */
  class WatchedFileSystem extends NodeFileSystem {
    override rename(from: string, to: string): void {
      super.rename(from, to)
      if (!to.endsWith('.bak')) return
      backups.push(fs.readFileSync(to, 'utf8'))
      nextBackup()
    }
  }

  beforeEach(() => {
    directory = makeTempDirectory()
    filePath = path.join(directory.path, 'config', 'x.json')
    backups = []
    nextBackup = () => undefined
    file = new ConfigFile(new WatchedFileSystem(), filePath, SILENT_LOGGER)
  })
  afterEach(() => directory.remove())

  async function untilBackup(content: string): Promise<void> {
    while (backups.at(-1) !== content) await new Promise<void>((done) => (nextBackup = done))
  }

  it('has the content in the file at once and in the backup a little later', async () => {
    file.write(Buffer.from('"one"'))
    expect(fs.readFileSync(filePath, 'utf8')).to.equal('"one"')
    await untilBackup('"one"')
  })

  it('backs up only the latest of writes that come faster than the disk', async () => {
    for (let i = 0; i < 100; i++) file.write(Buffer.from(String(i)))
    expect(fs.readFileSync(filePath, 'utf8')).to.equal('99')
    await untilBackup('99')
    expect(backups).to.deep.equal(['0', '99'])
  })

  it('reads the backup when the file is torn or empty', async () => {
    file.write(Buffer.from('"whole"'))
    await untilBackup('"whole"')
    for (const torn of ['"wh', '']) {
      fs.writeFileSync(filePath, torn)
      expect(file.read((text) => JSON.parse(text) as string)).to.equal('whole')
    }
  })
})
