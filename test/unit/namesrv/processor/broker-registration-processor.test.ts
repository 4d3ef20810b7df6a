import { expect } from 'chai'
import { RegisterBrokerBody } from '../../../../codec/body/register-broker-body.ts'
import { Host } from '../../../../codec/message/host.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { NodeFileSystem } from '../../../../lib/common/file-system.ts'
import { SILENT_LOGGER } from '../../../../lib/common/logger.ts'
import { KVConfigManager } from '../../../../lib/namesrv/kvconfig/kv-config-manager.ts'
import { BrokerRegistrationProcessor } from '../../../../lib/namesrv/processor/broker-registration-processor.ts'
import { FakeChannel } from '../../../helpers/fake-channel.ts'
import { requestOf } from '../../../helpers/namesrv-fixture.ts'
import {
  namesrvConfigs,
  registration,
  RouteFixture,
  topics,
  version,
} from '../../../helpers/namesrv.ts'

const FIELDS = {
  brokerName: 'broker-a',
  brokerAddr: '10.0.0.1:10911',
  clusterName: 'C',
  haServerAddr: '10.0.0.1:10912',
  brokerId: '0',
}

const BODY = RegisterBrokerBody.encode({
  filterServerList: [],
  topicConfigSerializeWrapper: {
    dataVersion: version(1),
    mappingDataVersion: version(1),
    topicConfigTable: topics('T1', 'T2'),
    topicQueueMappingDetailMap: new Map(),
    topicQueueMappingInfoMap: new Map(),
  },
})

describe('BrokerRegistrationProcessor', () => {
  function setUp() {
    const fixture = new RouteFixture()
    const kvConfig = new KVConfigManager({
      fileSystem: new NodeFileSystem(),
      logger: SILENT_LOGGER,
      kvConfigPath: '/nowhere/kvConfig.json',
    })
    const config = namesrvConfigs().configs.namesrv
    const { routeInfo } = fixture
    const processor = new BrokerRegistrationProcessor({ routeInfo, kvConfig, config })
    const live = () => fixture.tables.brokerLives.get(registration())
    return { fixture, processor, live }
  }

  const near = new FakeChannel()
  const far = new FakeChannel({
    remoteHost: Host.of('10.0.0.1', 40000),
    localHost: Host.of('10.0.0.9', 9876),
  })
  const cases: [string, FakeChannel, Record<string, string>, boolean][] = [
    ['says so and is on this machine', near, { brokerAddrAuto: 'true' }, true],
    ['says so from elsewhere', far, { brokerAddrAuto: 'true' }, false],
    ['does not say so', near, {}, false],
    ['says something else', near, { brokerAddrAuto: 'false' }, false],
  ]
  for (const [what, channel, extFields, expected] of cases) {
    it(`lets the address of a broker that ${what} follow the client: ${expected}`, () => {
      const { processor, live } = setUp()
      const fields = { ...FIELDS, ...extFields }
      processor.process(requestOf(RequestCode.REGISTER_BROKER, fields, BODY), channel)
      expect(live()?.addrFollowsClient).to.equal(expected)
    })
  }

  for (const code of [RequestCode.QUERY_DATA_VERSION, RequestCode.BROKER_HEARTBEAT]) {
    it(`takes ${code} for a sign of life`, () => {
      const { fixture, processor, live } = setUp()
      processor.process(requestOf(RequestCode.REGISTER_BROKER, FIELDS, BODY), near)
      fixture.clock.advance(1000)
      processor.process(requestOf(code, FIELDS), near)
      expect(live()?.lastUpdateTimestampMs).to.equal(fixture.clock.now())
    })
  }
})
