import fs from 'node:fs'
import path from 'node:path'
import { expect } from 'chai'
import { NodeFileSystem } from '../../../../lib/common/file-system.ts'
import { SILENT_LOGGER } from '../../../../lib/common/logger.ts'
import { KVConfigManager } from '../../../../lib/namesrv/kvconfig/kv-config-manager.ts'
import { makeTempDirectory } from '../../../helpers/temp-directory.ts'

describe('KVConfigManager', () => {
  let directory: ReturnType<typeof makeTempDirectory>
  let file: string
  beforeEach(() => {
    directory = makeTempDirectory()
    file = path.join(directory.path, 'namesrv', 'kvConfig.json')
  })
  afterEach(() => directory.remove())

  function load(kvConfigPath = file): KVConfigManager {
    const manager = new KVConfigManager({
      fileSystem: new NodeFileSystem(),
      logger: SILENT_LOGGER,
      kvConfigPath,
    })
    manager.load()
    return manager
  }

  it('has after a restart what it had before', () => {
    const before = load()
    before.putKVConfig('N', 'a', '1')
    before.putKVConfig('N', 'b', '"2" \u0000 三')
    before.putKVConfig('M', 'a', '3')
    before.deleteKVConfig('N', 'a')
    const after = load()
    expect(after.getKVListByNamespace('N')).to.deep.equal(new Map([['b', '"2" \u0000 三']]))
    expect(after.getKVConfig('M', 'a')).to.equal('3')
    expect(after.getKVConfig('N', 'a')).to.equal(undefined)
    expect(after.getKVListByNamespace('X')).to.equal(undefined)
  })

  it("reads and writes Apache's format", () => {
    fs.mkdirSync(path.dirname(file))
    const text = '{"configTable":{"ORDER_TOPIC_CONFIG":{"T":"broker-a:4;broker-b:4"}}}'
    fs.writeFileSync(file, text)
    const manager = load()
    expect(manager.getKVConfig('ORDER_TOPIC_CONFIG', 'T')).to.equal('broker-a:4;broker-b:4')
    manager.putKVConfig('ORDER_TOPIC_CONFIG', 'T', 'broker-a:4;broker-b:4')
    expect(fs.readFileSync(file, 'utf8')).to.equal(text)
  })

  it('reads the backup when the file is torn, and does not start when both are', () => {
    load().putKVConfig('N', 'a', '1')
    load().putKVConfig('N', 'a', '2')
    fs.writeFileSync(file, '{"configTab')
    expect(load().getKVConfig('N', 'a')).to.equal('1')
    fs.writeFileSync(`${file}.bak`, '[]')
    expect(() => load()).to.throw()
  })

  it('changes nothing when the file cannot be written', () => {
    const blocked = path.join(directory.path, 'blocked')
    const manager = load(path.join(blocked, 'kvConfig.json'))
    manager.putKVConfig('N', 'a', '1')
    fs.rmSync(blocked, { recursive: true })
    fs.writeFileSync(blocked, 'a file where the directory was')
    expect(() => manager.putKVConfig('N', 'a', '2')).to.throw()
    expect(() => manager.deleteKVConfig('N', 'a')).to.throw()
    expect(manager.getKVConfig('N', 'a')).to.equal('1')
  })
})
