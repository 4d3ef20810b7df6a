import fs from 'node:fs'
import path from 'node:path'
import { expect } from 'chai'
import { NodeFileSystem } from '../../../lib/common/file-system.ts'
import {
  readStateFile,
  writeSecretFile,
  writeStateFile,
  writeStateFileAsync,
} from '../../../lib/common/state-file.ts'
import { makeTempDirectory } from '../../helpers/temp-directory.ts'

describe('state files', () => {
  const fileSystem = new NodeFileSystem()
  let directory: { path: string; remove: () => void }
  let file: string

  beforeEach(() => {
    directory = makeTempDirectory()
    file = path.join(directory.path, 'config', 'x.json')
  })
  afterEach(() => directory.remove())

  const read = () => readStateFile(fileSystem, file, (text) => JSON.parse(text) as unknown)

  it('are read as they were written, the one before as .bak', async () => {
    writeStateFile(fileSystem, file, '1')
    await writeStateFileAsync(fileSystem, file, '2')
    expect(read()).to.equal(2)
    expect(fs.readFileSync(`${file}.bak`, 'utf8')).to.equal('1')
    await writeStateFileAsync(fileSystem, file, '3')
    writeStateFile(fileSystem, file, '4')
    expect(fs.readdirSync(path.dirname(file)).sort()).to.deep.equal(['x.json', 'x.json.bak'])
    expect(fs.readFileSync(`${file}.bak`, 'utf8')).to.equal('3')
  })

  it('are for their owner only where they hold secrets, from the next write on', () => {
    const modes = () => [file, `${file}.bak`].map((each) => fs.statSync(each).mode & 0o777)
    writeStateFile(fileSystem, file, '1')
    fs.chmodSync(file, 0o666)
    fs.writeFileSync(`${file}.tmp`, 'left by a crash', { mode: 0o666 })
    writeSecretFile(fileSystem, file, '2')
    expect(modes()).to.deep.equal([0o600, 0o600])
    expect([read(), fs.readFileSync(`${file}.bak`, 'utf8')]).to.deep.equal([2, '1'])
    fs.renameSync(file, `${file}.bak`)
    fs.chmodSync(`${file}.bak`, 0o666)
    writeSecretFile(fileSystem, file, '3')
    expect(modes()).to.deep.equal([0o600, 0o600])
    expect(fs.readdirSync(path.dirname(file)).sort()).to.deep.equal(['x.json', 'x.json.bak'])
  })

  it('are read from .bak after a crash between the two renames', () => {
    writeStateFile(fileSystem, file, '1')
    fs.renameSync(file, `${file}.bak`)
    fs.writeFileSync(`${file}.tmp`, '2')
    expect(read()).to.equal(1)
  })

  it('are read from .bak when the file is empty or broken', () => {
    writeStateFile(fileSystem, file, '1')
    writeStateFile(fileSystem, file, '2')
    for (const broken of ['', '\n', '{']) {
      fs.writeFileSync(file, broken)
      expect(read()).to.equal(1)
    }
  })

  it('are undefined when there are none, an error when all that is there is broken', () => {
    expect(read()).to.equal(undefined)
    writeStateFile(fileSystem, file, '{')
    expect(read).to.throw(SyntaxError)
  })
})
