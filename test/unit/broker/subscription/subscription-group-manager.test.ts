import fs from 'node:fs'
import path from 'node:path'
import { expect } from 'chai'
import { newSubscriptionGroupConfig } from '../../../../lib/broker/subscription/subscription-group-config.ts'
import { SubscriptionGroupManager } from '../../../../lib/broker/subscription/subscription-group-manager.ts'
import { NodeFileSystem } from '../../../../lib/common/file-system.ts'
import { SILENT_LOGGER } from '../../../../lib/common/logger.ts'
import { SimClock } from '../../../helpers/sim-clock.ts'
import { makeTempDirectory } from '../../../helpers/temp-directory.ts'

describe('SubscriptionGroupManager', () => {
  let directory: { path: string; remove: () => void }
  let file: string

  function makeManager(
    brokerConfig = { autoCreateSubscriptionGroup: true, enableCreateSysGroup: true },
  ): SubscriptionGroupManager {
    const manager = new SubscriptionGroupManager({
      brokerConfig,
      storeConfig: { storePathRootDir: directory.path },
      clock: new SimClock(),
      fileSystem: new NodeFileSystem(),
      logger: SILENT_LOGGER,
    })
    manager.load()
    return manager
  }

  beforeEach(() => {
    directory = makeTempDirectory()
    file = path.join(directory.path, 'config', 'subscriptionGroup.json')
  })
  afterEach(() => directory.remove())

  it('has the groups that every broker has', () => {
    expect([...makeManager().subscriptionGroupTable.keys()]).to.have.members([
      'TOOLS_CONSUMER',
      'FILTERSRV_CONSUMER',
      'SELF_TEST_C_GROUP',
      'CID_ONS-HTTP-PROXY',
      'CID_ONSAPI_PULL',
      'CID_ONSAPI_PERMISSION',
      'CID_ONSAPI_OWNER',
      'CID_RMQ_SYS_TRANS',
    ])
  })

  it('creates a group at its first use with Apache defaults and keeps it', () => {
    makeManager().findSubscriptionGroupConfig('CG_A')
    const table = (JSON.parse(fs.readFileSync(file, 'utf8')) as Record<string, object>)[
      'subscriptionGroupTable'
    ] as Record<string, object>
    expect(JSON.stringify(table['CG_A'])).to.equal(
      '{"attributes":{},"brokerId":0,"consumeBroadcastEnable":true,"consumeEnable":true,' +
        '"consumeFromMinEnable":true,"consumeMessageOrderly":false,"consumeTimeoutMinute":15,' +
        '"groupName":"CG_A","groupRetryPolicy":{"type":"CUSTOMIZED"},"groupSysFlag":0,' +
        '"notifyConsumerIdsChangedEnable":true,"retryMaxTimes":16,"retryQueueNums":1,' +
        '"whichBrokerWhenConsumeSlowly":1}',
    )
    expect(makeManager().containsSubscriptionGroup('CG_A')).to.equal(true)
  })

  it('does not create groups with illegal names', () => {
    const manager = makeManager()
    for (const group of ['../g', 'a b', 'g'.repeat(256)]) {
      expect(manager.findSubscriptionGroupConfig(group), group).to.equal(undefined)
    }
    expect(fs.existsSync(file)).to.equal(false)
  })

  it('creates only system groups when automatic creation is off', () => {
    const manager = makeManager({ autoCreateSubscriptionGroup: false, enableCreateSysGroup: true })
    expect(manager.findSubscriptionGroupConfig('CG_A')).to.equal(undefined)
    expect(manager.findSubscriptionGroupConfig('CID_RMQ_SYS_X')?.groupName).to.equal(
      'CID_RMQ_SYS_X',
    )
    const strict = makeManager({ autoCreateSubscriptionGroup: false, enableCreateSysGroup: false })
    expect(strict.findSubscriptionGroupConfig('CID_RMQ_SYS_Y')).to.equal(undefined)
  })

  it('updates, disables and deletes groups', () => {
    const manager = makeManager()
    manager.updateSubscriptionGroupConfig(newSubscriptionGroupConfig('g', { retryMaxTimes: 3 }))
    expect(makeManager().findSubscriptionGroupConfig('g')?.retryMaxTimes).to.equal(3)
    expect(() =>
      manager.updateSubscriptionGroupConfig(
        newSubscriptionGroupConfig('g', { attributes: new Map([['+x', 'y']]) }),
      ),
    ).to.throw('unsupported key: x')
    manager.disableConsume('g')
    expect(manager.findSubscriptionGroupConfig('g')?.consumeEnable).to.equal(false)
    manager.deleteSubscriptionGroupConfig('g')
    expect(makeManager().containsSubscriptionGroup('g')).to.equal(false)
  })

  it('keeps forbidden bits by group and topic', () => {
    const manager = makeManager()
    manager.updateForbidden('g', 'T', 2, true)
    manager.updateForbidden('g', 'T', 0, true)
    const reloaded = makeManager()
    expect(reloaded.getForbidden('g', 'T')).to.equal(5)
    expect(reloaded.isForbidden('g', 'T', 2)).to.equal(true)
    expect(reloaded.isForbidden('g', 'T', 1)).to.equal(false)
    reloaded.updateForbidden('g', 'T', 2, false)
    reloaded.updateForbidden('g', 'T', 0, false)
    expect(reloaded.getForbidden('g', 'T')).to.equal(0)
  })
})
