import type { ConfigOf } from './option.ts'
import { int, systemProperties } from './option.ts'

/** Our own: what Apache's servers do not have. Not told by GET_BROKER_CONFIG and GET_NAMESRV_CONFIG. */
export const MONITOR_OPTIONS = systemProperties({
  healthEndpointPort: int(-1, {
    min: -1,
    max: 65_535,
    text: 'Port of `/livez`, `/readyz` and `/healthz` on `bindAddress`, whether or not there are metrics. 0: a free one; -1: none.',
  }),
})

export type MonitorConfig = ConfigOf<typeof MONITOR_OPTIONS>
