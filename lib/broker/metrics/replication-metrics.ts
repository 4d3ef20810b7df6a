import type { Clock } from '../../common/clock.ts'
import { gauge, type Metric, type Sample, singleGauge } from '../../monitor/metric.ts'
import type { HAConnectionRuntimeInfo, HARuntimeInfo, HAService } from '../../store/types.ts'

const PREFIX = 'rocketmq_server_replication'

/** How far slaves are behind, and whether a slave hears of its master. Our own; haStatus tells the same. */
export function replicationMetrics(
  haService: Pick<HAService, 'getRuntimeInfo'> | undefined,
  clock: Clock,
): readonly Metric[] {
  const info = haService?.getRuntimeInfo()
  if (info === undefined) return []
  return info.master ? masterMetrics(info) : slaveMetrics(info, clock)
}

function masterMetrics({ connections }: HARuntimeInfo): readonly Metric[] {
  const perSlave = (
    name: string,
    help: string,
    read: (slave: HAConnectionRuntimeInfo) => number,
  ): Metric =>
    gauge(`${PREFIX}_${name}`, help, () =>
      connections.map((slave): Sample => ({ labels: { slave: slave.addr }, value: read(slave) })),
    )
  return [
    singleGauge(`${PREFIX}_slaves`, 'Slaves that are connected', () => connections.length),
    perSlave('lag_bytes', 'Bytes of the log that a slave lacks', ({ diff }) => diff),
    perSlave('lag_milliseconds', 'For how long a slave has lacked them', ({ lagMs }) => lagMs),
    perSlave('in_sync', '1: the slave counts as in sync', ({ inSync }) => Number(inSync)),
    perSlave(
      'transferred_bytes_per_second',
      'Bytes sent to a slave in the last second',
      ({ transferredByteInSecond }) => transferredByteInSecond,
    ),
  ]
}

function slaveMetrics({ client }: HARuntimeInfo, clock: Clock): readonly Metric[] {
  if (client === undefined || client.lastReadTimestamp === 0) return []
  return [
    singleGauge(`${PREFIX}_master_silent_milliseconds`, 'Since the master was last heard of', () =>
      Math.max(clock.now() - client.lastReadTimestamp, 0),
    ),
  ]
}
