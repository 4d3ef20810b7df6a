import { expect } from 'chai'
import fs from 'node:fs'
import path from 'node:path'
import { errorCode } from '../../../lib/common/errors.ts'
import { NodeFileSystem } from '../../../lib/common/file-system.ts'
import { makeTempDirectory } from '../../helpers/temp-directory.ts'

describe('NodeFileSystem', () => {
  let directory: ReturnType<typeof makeTempDirectory>
  const fileSystem = new NodeFileSystem()

  beforeEach(() => (directory = makeTempDirectory()))
  afterEach(() => directory.remove())

  it('makes a directory with all that lead to it, and leaves one that is there', () => {
    const deep = path.join(directory.path, 'a', 'b', 'c')
    fileSystem.makeDirectory(deep)
    fileSystem.makeDirectory(deep)
    expect(fs.statSync(deep).isDirectory()).to.equal(true)
  })

  it('fails where a file is in the way', () => {
    const file = path.join(directory.path, 'file')
    fs.writeFileSync(file, '')
    const failure = (target: string) => {
      try {
        fileSystem.makeDirectory(target)
      } catch (error) {
        return errorCode(error)
      }
      return undefined
    }
    expect(failure(file)).to.equal('EEXIST')
    expect(failure(path.join(file, 'below'))).to.equal('ENOTDIR')
  })
})
