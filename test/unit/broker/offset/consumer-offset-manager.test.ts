import fs from 'node:fs'
import path from 'node:path'
import { expect } from 'chai'
import type { ConsumerOffsetManager } from '../../../../lib/broker/offset/consumer-offset-manager.ts'
import { ConsumptionFixture } from '../../../helpers/consumption-fixture.ts'

describe('ConsumerOffsetManager', () => {
  let fixture: ConsumptionFixture
  let offsets: ConsumerOffsetManager
  let file: string

  beforeEach(() => {
    fixture = new ConsumptionFixture()
    offsets = fixture.consumption.consumerOffsetManager
    file = path.join(fixture.storePath, 'config', 'consumerOffset.json')
  })
  afterEach(() => fixture.remove())

  /** Resolves when the write that is under way has come to its end. */
  async function written(): Promise<void> {
    while (fs.existsSync(`${file}.tmp`) || !fs.existsSync(file)) await fixture.settle()
  }

  it('knows what was committed, -1 for all else; an offset may go back', () => {
    expect(offsets.queryOffset('G', 'T', 0)).to.equal(-1)
    offsets.commitOffset('G', 'T', 0, 10)
    offsets.commitOffset('G', 'T', 0, 7)
    expect(offsets.queryOffset('G', 'T', 0)).to.equal(7)
    expect(offsets.queryOffset('G', 'T', 1)).to.equal(-1)
    expect(fixture.logger.lines.at(-1)).to.deep.include({
      level: 'warn',
      event: 'consumer offset goes back',
    })
  })

  describe('taken over from a slave that has acted as master', () => {
    const TRANS = 'CID_RMQ_SYS_TRANS'

    function slaveWith(counter: number) {
      offsets.commitOffset('G', 'T', 0, 5)
      offsets.commitOffset('G', 'T', 1, 5)
      offsets.commitOffset(TRANS, 'HALF', 0, 5)
      const dataVersion = { counter, stateVersion: 0, timestamp: fixture.clock.now() }
      const further = new Map([
        [0, 9],
        [1, 2],
      ])
      const offsetTable = new Map([
        ['T@G', further],
        ['U@G', new Map(further)],
        [`HALF@${TRANS}`, new Map(further)],
      ])
      return { dataVersion, groupTopicMap: new Map(), offsetTable }
    }

    function known(): number[] {
      return [
        offsets.queryOffset('G', 'T', 0),
        offsets.queryOffset('G', 'T', 1),
        offsets.queryOffset('G', 'U', 1),
        offsets.queryOffset(TRANS, 'HALF', 0),
      ]
    }

    it('go on where they are further', () => {
      offsets.takeOverReverse(slaveWith(7))
      expect(known()).to.deep.equal([9, 5, 2, 9])
      expect(offsets.dataVersion.toJSON().counter).to.equal(7)
    })

    it('stay when the slave has an older version, but for those of the brokers themselves', () => {
      offsets.dataVersion.jumpAhead()
      offsets.takeOverReverse(slaveWith(7))
      expect(known()).to.deep.equal([5, 5, -1, 9])
      expect(offsets.dataVersion.toJSON().counter).to.equal(1_000_001)
    })
  })

  it('writes the file in the layout of Apache at the stop and reads it again', async () => {
    const { clock } = fixture
    offsets.commitOffset('G', 'T', 0, 3)
    offsets.commitOffset('G', 'T', 1, 7)
    offsets.commitOffset('H@broadcast', 'T', 0, 1)
    await offsets.stop()
    const text = fs.readFileSync(file, 'utf8')
    expect(JSON.parse(text)).to.deep.equal({
      dataVersion: { counter: 0, stateVersion: 0, timestamp: clock.now() },
      groupTopicMap: { G: ['T'] },
      offsetTable: { 'T@G': { '0': 3, '1': 7 }, 'T@H@broadcast': { '0': 1 } },
    })
    expect(text.startsWith('{\n\t"dataVersion":{\n\t\t"counter":0,\n')).to.equal(true)
    const { consumerOffsetManager: reloaded } = fixture.newConsumption()
    reloaded.load()
    expect(reloaded.queryOffset('G', 'T', 1)).to.equal(7)
    expect(reloaded.encode(true).toString()).to.equal(text)
  })

  it('reads a file that Apache wrote, with bare numbers as keys', () => {
    fs.mkdirSync(path.dirname(file), { recursive: true })
    fs.writeFileSync(
      file,
      '{\n\t"dataVersion":{\n\t\t"counter":9,\n\t\t"stateVersion":0,\n\t\t"timestamp":1795219745383\n\t},\n' +
        '\t"groupTopicMap":{"CG":["T"]},\n\t"offsetTable":{\n\t\t"T@CG":{0:7,1:6\n\t\t}\n\t}\n}',
    )
    offsets.load()
    expect(offsets.queryOffset('CG', 'T', 0)).to.equal(7)
    expect(offsets.queryOffset('CG', 'T', 1)).to.equal(6)
    expect(offsets.dataVersion.toJSON()).to.deep.equal({
      counter: 9,
      stateVersion: 0,
      timestamp: 1795219745383,
    })
  })

  it('writes every 5 s, and only when something has changed', async () => {
    await offsets.start()
    fixture.clock.advance(5000)
    expect(fs.existsSync(file)).to.equal(false)
    offsets.commitOffset('G', 'T', 0, 1)
    fixture.clock.advance(4999)
    expect(fs.existsSync(file)).to.equal(false)
    fixture.clock.advance(1)
    await written()
    const before = fs.statSync(file).ino
    fixture.clock.advance(20_000)
    await fixture.settle()
    expect(fs.statSync(file).ino).to.equal(before)
    expect(fs.existsSync(`${file}.tmp`)).to.equal(false)
  })

  it('raises the data version with every 500th commit', () => {
    for (let i = 0; i < 1499; i++) offsets.commitOffset('G', 'T', 0, i)
    expect(offsets.dataVersion.toJSON().counter).to.equal(2)
    offsets.commitOffset('G', 'T', 0, 1500)
    expect(offsets.dataVersion.toJSON().counter).to.equal(3)
  })

  it('tells of a pulled offset, or of the committed one', () => {
    expect(offsets.queryPullOffset('G', 'T', 0)).to.equal(-1)
    offsets.commitOffset('G', 'T', 0, 3)
    expect(offsets.queryPullOffset('G', 'T', 0)).to.equal(3)
    offsets.commitPullOffset('G', 'T', 0, 35)
    expect(offsets.queryPullOffset('G', 'T', 0)).to.equal(35)
  })

  it('keeps a reset until the group has been told of it', () => {
    offsets.commitOffset('G', 'T', 0, 100)
    offsets.assignResetOffset('T', 'G', 0, 40)
    offsets.commitOffset('G', 'T', 0, 101)
    expect(offsets.queryOffset('G', 'T', 0)).to.equal(40)
    expect(offsets.hasOffsetReset('T', 'G', 0)).to.equal(true)
    expect(offsets.hasOffsetReset('T', 'G', 1)).to.equal(false)
    expect(offsets.queryThenEraseResetOffset('T', 'G', 0)).to.equal(40)
    expect(offsets.queryThenEraseResetOffset('T', 'G', 0)).to.equal(undefined)
    expect(offsets.queryOffset('G', 'T', 0)).to.equal(101)
  })

  it('refuses a reset to nowhere', () => {
    offsets.assignResetOffset('T', 'G', 0, -1)
    offsets.assignResetOffset('T', 'G', -1, 0)
    offsets.assignResetOffset('', 'G', 0, 0)
    expect(offsets.queryOffset('G', 'T', 0)).to.equal(-1)
  })

  it('forgets a topic or a group that is deleted', () => {
    for (const group of ['G', 'GG', 'H']) {
      offsets.commitOffset(group, 'T', 0, 1)
      offsets.commitOffset(group, 'TT', 0, 1)
    }
    offsets.assignResetOffset('T', 'G', 0, 5)
    offsets.commitPullOffset('G', 'T', 0, 9)
    offsets.cleanOffsetByTopic('T')
    expect(offsets.whichGroupByTopic('T')).to.deep.equal([])
    expect(offsets.queryPullOffset('G', 'T', 0)).to.equal(-1)
    expect(offsets.whichGroupByTopic('TT')).to.deep.equal(['G', 'GG', 'H'])
    offsets.removeOffset('G')
    expect(offsets.whichGroupByTopic('TT')).to.deep.equal(['GG', 'H'])
    expect(offsets.whichTopicByConsumer('GG')).to.deep.equal(['TT'])
  })
})
