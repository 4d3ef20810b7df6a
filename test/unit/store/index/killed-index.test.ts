import fs from 'node:fs'
import path from 'node:path'
import { expect } from 'chai'
import { decodeIndexHeader } from '../../../../codec/store/index-file.ts'
import { NodeFileSystem } from '../../../../lib/common/file-system.ts'
import { SimClock } from '../../../helpers/sim-clock.ts'
import { makeStore, put, SMALL_FILES } from '../../../helpers/store.ts'
import { makeTempDirectory } from '../../../helpers/temp-directory.ts'

describe('IndexService, killed', () => {
  it('leaves headers with which the index of an Apache broker goes on', async () => {
    const temp = makeTempDirectory()
    const fileSystem = new NodeFileSystem()
    const store = makeStore({ directory: temp.path, fileSystem, clock: new SimClock() })
    await store.start()
    for (let i = 0; i < SMALL_FILES.maxIndexNum + 10; i++) {
      await put(store, { properties: `UNIQ_KEY\x01u${i}\x02` })
    }
    const directory = path.join(temp.path, 'index')
    const [full, last] = fs.readdirSync(directory).map((name) => {
      return decodeIndexHeader(fs.readFileSync(path.join(directory, name)))
    })
    expect(full?.indexCount).to.equal(SMALL_FILES.maxIndexNum)
    expect(last).to.deep.include({
      indexCount: 1,
      beginPhyOffset: full?.endPhyOffset,
      endPhyOffset: full?.endPhyOffset,
      endTimestamp: full?.endTimestamp,
    })
    await store.stop()
    temp.remove()
  })
})
