import fs from 'node:fs'
import { expect } from 'chai'
import { SMALL_FILES } from '../../helpers/store.ts'
import { runToEnd } from '../../helpers/server-process.ts'
import { StoreOnDisk } from '../../helpers/store-on-disk.ts'
import { makeTempDirectory } from '../../helpers/temp-directory.ts'

const LOG_FILE = 'commitlog/00000000000000000000'

describe('rocketmq-server store', () => {
  const temp = makeTempDirectory()
  const store = new StoreOnDisk(`${temp.path}/store`)
  const conf = `${temp.path}/broker.conf`

  before(async () => {
    await store.write(50)
    const lines = Object.entries(SMALL_FILES).map(([key, value]) => `${key}=${value}\n`)
    fs.writeFileSync(conf, `storePathRootDir=${store.directory}\n${lines.join('')}`)
  })
  after(() => temp.remove())

  const run = (...args: string[]) => runToEnd('rocketmq-server', ['store', ...args], temp.path)

  it('verify exits with 0 for a store without damage, with 1 for one with', async () => {
    const clean = await run('verify', 'store', '-c', conf)
    expect(clean).to.deep.include({ code: 0, err: '' })
    expect(clean.out).to.match(
      /^50 messages from log offset 0 to \d+, 50 units of 2 queues, 100 entries of 1 index files\nclean\n$/,
    )
    store.edit(LOG_FILE, (bytes) => bytes.writeUInt8(bytes.readUInt8(100) ^ 1, 100))
    const damaged = await run('verify', 'store', '-c', conf)
    expect(damaged.code).to.equal(1)
    expect(damaged.out).to.include(
      `damage  store/${LOG_FILE} at 0: wrong CRC of the body of message 0 of TopicA, queue 0 (log-crc)\n`,
    )
    expect(damaged.out).to.match(/\n1 damages, 0 to be repaired by the next start, 0 notes\n$/)
    store.edit(LOG_FILE, (bytes) => bytes.writeUInt8(bytes.readUInt8(100) ^ 1, 100))
  })

  it('verify prints JSON, a line for each finding and one for the result', async () => {
    store.leaveAbortFile()
    fs.renameSync(store.path('checkpoint'), store.path('checkpoint.away'))
    const { out, code } = await run('verify', '--json', '-c', conf)
    fs.renameSync(store.path('checkpoint.away'), store.path('checkpoint'))
    fs.rmSync(store.path('abort'))
    const [finding, last] = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object)
    expect(code).to.equal(0)
    expect(finding).to.deep.include({ severity: 'repair', kind: 'checkpoint', position: 0 })
    expect(last).to.have.nested.property('result.messages', 50)
    expect(last).to.have.nested.property('result.wasKilled', true)
  })

  it('inspect prints a table, or JSON', async () => {
    const { out } = await run('inspect', 'store')
    expect(out).to.match(
      /^Store {7}store, stopped cleanly\nLog {9}2 files of 16 KiB, offsets 0 to /,
    )
    expect(out).to.match(/\nTopicA {2}normal {6}1 {4}0 {3}25 {8}25\n$/)
    const { out: json } = await run('inspect', 'store', '--json')
    expect(JSON.parse(json)).to.have.nested.property('topics[0].messages', 50)
  })

  it('dump prints messages, or JSON', async () => {
    const { out } = await run('dump', 'store', '--topic', 'TopicA', '--queue', '1', '--limit', '1')
    expect(out).to.match(
      /^\d+ {2}\S+ \S+ {2}TopicA 1:0 {2}\d+ B {2}TAGS=TagA {2}KEYS=k1 {2}UNIQ_KEY=u1 {2}"message 1 x+\.\.\."\n$/,
    )
    const { out: json } = await run('dump', 'store', '--from', '1', '--limit', '1', '--json')
    expect(JSON.parse(json)).to.deep.include({
      topic: 'TopicA',
      queueId: 1,
      properties: { KEYS: 'k1', UNIQ_KEY: 'u1', TAGS: 'TagA' },
      body: 'message 1 '.padEnd(200, 'x'),
    })
  })

  it('exits with 2 and one line when it cannot do what it is asked for', async () => {
    const cases = [
      [['verify', 'nothing'], 'nothing is not a directory'],
      [['verify', '.'], /^\. is not a store: /],
      [['verify'], /^which store\? Usage: /],
      [['mend', 'store'], /^Usage: rocketmq-server store inspect\|verify\|dump DIR/],
      [['dump', 'store', '--queue', '1'], '--queue needs a --topic'],
      [['dump', 'store', '--limit', 'x'], '--limit=x is not a number from 0 on'],
    ] as const
    const check = async ([args, reason]: (typeof cases)[number]) => {
      const { code, out, err } = await run(...args)
      expect({ code, out }).to.deep.equal({ code: 2, out: '' })
      expect(err.split('\n')).to.have.length(2)
      const said = err.trim().replace('rocketmq-server store: ', '')
      if (typeof reason === 'string') expect(said).to.equal(reason)
      else expect(said).to.match(reason)
    }
    await Promise.all(cases.map(check))
  })
})
