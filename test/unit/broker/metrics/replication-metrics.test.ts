import { expect } from 'chai'
import { replicationMetrics } from '../../../../lib/broker/metrics/replication-metrics.ts'
import type { HARuntimeInfo } from '../../../../lib/store/types.ts'
import { SimClock } from '../../../helpers/sim-clock.ts'

describe('replicationMetrics', () => {
  const clock = new SimClock(50_000)

  function samples(info: HARuntimeInfo | undefined): Record<string, unknown> {
    const service = info && { getRuntimeInfo: () => info }
    const metrics = replicationMetrics(service, clock)
    return Object.fromEntries(metrics.map(({ name, collect }) => [name, [...collect()]]))
  }

  it('tells for each slave how far it is behind', () => {
    const slave = { addr: '127.0.0.1:1', slaveAckOffset: 70, diff: 30, lagMs: 400, inSync: true }
    const rest = { transferredByteInSecond: 12, transferFromWhere: 100 }
    const connections = [{ ...slave, ...rest }]
    const labels = { slave: '127.0.0.1:1' }
    const master = { master: true, masterCommitLogMaxOffset: 100, connections, client: undefined }
    expect(samples(master)).to.deep.equal({
      rocketmq_server_replication_slaves: [{ labels: {}, value: 1 }],
      rocketmq_server_replication_lag_bytes: [{ labels, value: 30 }],
      rocketmq_server_replication_lag_milliseconds: [{ labels, value: 400 }],
      rocketmq_server_replication_in_sync: [{ labels, value: 1 }],
      rocketmq_server_replication_transferred_bytes_per_second: [{ labels, value: 12 }],
    })
  })

  it('tells on a slave for how long its master has been silent, once it was heard', () => {
    const client = {
      ...{ masterAddr: 'm', transferredByteInSecond: 0, maxOffset: 1 },
      ...{ lastReadTimestamp: 48_000, lastWriteTimestamp: 0 },
    }
    const slave = { master: false, masterCommitLogMaxOffset: 0, connections: [], client }
    const name = 'rocketmq_server_replication_master_silent_milliseconds'
    expect(samples(slave)).to.deep.equal({ [name]: [{ labels: {}, value: 2_000 }] })
    const unheard = { ...client, lastReadTimestamp: 0 }
    expect(samples({ ...slave, client: unheard })).to.deep.equal({})
    expect(samples(undefined)).to.deep.equal({})
  })
})
