import { expect } from 'chai'
import { EndTransactionRequestHeader } from '../../../codec/header/end-transaction.ts'
import { PullMessageRequestHeader } from '../../../codec/header/pull-message.ts'
import { SendMessageRequestHeaderV2 } from '../../../codec/header/send-message.ts'
import { decodeOffsetMsgId } from '../../../codec/message/message-id.ts'
import { encodeProperties } from '../../../codec/message/properties.ts'
import { RequestCode } from '../../../codec/request-code.ts'
import { APACHE_METRICS } from '../../helpers/apache-metrics.ts'
import { BrokerFixture } from '../../helpers/broker-fixture.ts'
import { until } from '../../helpers/until.ts'

/** Known to Apache, told by nobody here: what they measure does not exist, or only after a delay that this test does not wait for. */
const MISSING = [
  'rocketmq_pop_buffer_scan_time_consume_milliseconds',
  'rocketmq_timer_dequeue_total',
]
const SHARED =
  'otel_scope_name="broker-meter",zone="z1",cluster="DefaultCluster",node_id="broker-a",node_type="broker"'
const HOUR_MS = 3_600_000

describe('metrics and health of a broker', () => {
  let fixture: BrokerFixture
  let url: (path: string, place?: number) => string

  beforeEach(async () => {
    fixture = new BrokerFixture({
      metricsExporterType: 'PROM',
      metricsPromExporterPort: '0',
      metricsPromExporterHost: '127.0.0.1',
      metricsLabel: 'zone:z1,bad',
      healthEndpointPort: '0',
    })
    await fixture.start()
    url = (path, place = 0) =>
      `http://127.0.0.1:${fixture.broker.metricsManager.ports[place]}${path}`
  })
  afterEach(() => fixture.close())

  async function send(properties: [string, string][] = [], sysFlag = 0, topic = 'T') {
    const fields = SendMessageRequestHeaderV2.encode({
      producerGroup: 'PG',
      topic,
      defaultTopic: 'TBW102',
      defaultTopicQueueNums: 1,
      queueId: 0,
      sysFlag,
      bornTimestamp: Date.now(),
      flag: 0,
      properties: encodeProperties(properties),
    })
    const { code, extFields } = await fixture.invoke(
      RequestCode.SEND_MESSAGE_V2,
      fields,
      Buffer.from('body'),
    )
    expect(code).to.equal(0)
    return extFields ?? {}
  }

  async function end(sent: Record<string, string>, commitOrRollback: number) {
    const fields = EndTransactionRequestHeader.encode({
      tranStateTableOffset: Number(sent['queueOffset']),
      commitLogOffset: decodeOffsetMsgId(sent['msgId'] ?? '').commitLogOffset,
      producerGroup: 'PG',
      commitOrRollback,
      fromTransactionCheck: false,
      msgId: '',
    })
    expect((await fixture.invoke(RequestCode.END_TRANSACTION, fields)).code).to.equal(0)
  }

  async function heartbeat() {
    const data = {
      clientID: 'c',
      producerDataSet: [{ groupName: 'PG' }],
      consumerDataSet: [
        {
          groupName: 'G',
          consumeType: 'CONSUME_PASSIVELY',
          messageModel: 'CLUSTERING',
          consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
          subscriptionDataSet: [
            {
              topic: 'T',
              subString: '*',
              expressionType: 'TAG',
              subVersion: 1,
              tagsSet: [],
              codeSet: [],
            },
          ],
        },
      ],
    }
    const body = Buffer.from(JSON.stringify(data))
    expect((await fixture.invoke(RequestCode.HEART_BEAT, {}, body)).code).to.equal(0)
  }

  async function pull() {
    const fields = PullMessageRequestHeader.encode({
      consumerGroup: 'G',
      topic: 'T',
      queueId: 0,
      queueOffset: 0,
      maxMsgNums: 1,
      sysFlag: 1 | 4,
      commitOffset: 0,
      suspendTimeoutMillis: 0,
      subscription: '*',
      subVersion: 0,
      expressionType: 'TAG',
    })
    expect((await fixture.invoke(RequestCode.PULL_MESSAGE, fields)).code).to.equal(0)
  }

  const transaction: [string, string][] = [
    ['TRAN_MSG', 'true'],
    ['PGROUP', 'PG'],
  ]

  it('tells under the names, types and labels of Apache what happened', async () => {
    await send()
    await send([['__SHARDINGKEY', 's']])
    await send([['TIMER_DELIVER_MS', String(Date.now() + HOUR_MS)]])
    await until(() => fixture.broker.parts.timerMessageStore?.metrics.getTimingCount('T') === 1)
    await end(await send(transaction, 4), 8)
    await end(await send(transaction, 4), 12)
    await heartbeat()
    await pull()
    const topic = { topic: 'N', defaultTopic: 'TBW102', readQueueNums: '1', writeQueueNums: '1' }
    const kind = { perm: '6', topicFilterType: 'SINGLE_TAG', topicSysFlag: '0', order: 'false' }
    const created = await fixture.invoke(RequestCode.UPDATE_AND_CREATE_TOPIC, { ...topic, ...kind })
    expect(created.code).to.equal(0)
    const response = await fetch(url('/metrics'))
    const text = await response.text()
    expect(response.status).to.equal(200)
    const told = parse(text)
    const wanted = APACHE_METRICS.filter(([name]) => !MISSING.includes(name))
    expect(
      wanted.map(([name]) => [name, told.get(name)?.type, told.get(name)?.labels]),
    ).to.deep.equal(wanted)
    for (const line of [
      `rocketmq_messages_in_total{${SHARED},is_system="false",message_type="normal",topic="T"} 1`,
      `rocketmq_messages_in_total{${SHARED},is_system="false",message_type="fifo",topic="T"} 1`,
      `rocketmq_messages_in_total{${SHARED},is_system="true",message_type="delay",topic="rmq_sys_wheel_timer"} 1`,
      `rocketmq_messages_in_total{${SHARED},is_system="true",message_type="transaction",topic="RMQ_SYS_TRANS_HALF_TOPIC"} 2`,
      `rocketmq_messages_out_total{${SHARED},consumer_group="G",is_system="false",topic="T"} 1`,
      `rocketmq_delay_message_latency_seconds_bucket{${SHARED},storage_medium="disk",storage_type="local",topic="T",le="600"} 0`,
      `rocketmq_delay_message_latency_seconds_bucket{${SHARED},storage_medium="disk",storage_type="local",topic="T",le="3600"} 1`,
      `rocketmq_commit_messages_total{${SHARED},topic="T"} 1`,
      `rocketmq_rollback_messages_total{${SHARED},topic="T"} 1`,
      `rocketmq_half_messages{${SHARED},topic="T"} 0`,
      `rocketmq_consumer_connections{${SHARED},consume_mode="push",consumer_group="G",is_system="false",language="java",version="v5_3_3",protocol_type="remoting"} 1`,
      `rocketmq_consumer_lag_messages{${SHARED},consumer_group="G",is_retry="false",is_system="false",topic="T"} 3`,
      `rocketmq_consumer_ready_messages{${SHARED},consumer_group="G",is_retry="false",is_system="false",topic="T"} 2`,
      `rocketmq_rpc_latency_milliseconds_count{${SHARED},is_long_polling="false",protocol_type="remoting",request_code="send_message_v2",response_code="success",result="success"} 5`,
    ]) {
      expect(text.split('\n')).to.include(line)
    }
    const own = [...told.keys()].filter((name) => name.startsWith('rocketmq_server_'))
    expect(own).to.include.members([
      'rocketmq_server_memory_bytes',
      'rocketmq_server_store_put_duration_seconds',
    ])
    for (const what of ['event_loop_delay', 'gc_duration', 'store_put_duration']) {
      expect(told.get(`rocketmq_server_${what}_seconds`)?.type, what).to.equal('histogram')
    }
  })

  it('is ready while it takes messages', async () => {
    expect((await fetch(url('/livez', 1))).status).to.equal(200)
    const ready = await fetch(url('/readyz', 1))
    expect(ready.status).to.equal(200)
    expect(await ready.json()).to.deep.include({ status: 'UP' })
    expect((await fetch(url('/metrics', 1))).status).to.equal(404)
    await fixture.invoke(RequestCode.UPDATE_BROKER_CONFIG, {}, Buffer.from('brokerPermission=4'))
    const closed = await fetch(url('/healthz'))
    expect(closed.status).to.equal(503)
    const { components } = (await closed.json()) as { components: Record<string, unknown> }
    expect(components['permission']).to.deep.equal({
      status: 'DOWN',
      details: { brokerPermission: 4 },
    })
  })
})

interface Told {
  readonly type: string
  /** Of the first sample, beside those of all metrics. */
  readonly labels: string
}

function parse(text: string): Map<string, Told> {
  const shared = ['otel_scope_name', 'zone', 'cluster', 'node_id', 'node_type', 'le']
  const told = new Map<string, Told>()
  const lines = text.split('\n')
  lines.forEach((line, index) => {
    const [, name, type] = /^# TYPE (\S+) (\S+)/.exec(line) ?? []
    if (name === undefined || type === undefined) return
    const names = [...(lines[index + 1] ?? '').matchAll(/([a-z_]+)="/g)].map(
      ([, each]) => each ?? '',
    )
    const labels = names.filter((each) => !shared.includes(each)).sort()
    told.set(name, { type, labels: labels.join(' ') })
  })
  return told
}
