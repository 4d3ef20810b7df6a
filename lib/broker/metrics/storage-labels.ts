import type { Labels } from '../../monitor/metric.ts'

/** What Apache says of each metric of a store on files. Source: store.metrics.DefaultStoreMetricsConstant */
export const LOCAL_DISK: Labels = { storage_medium: 'disk', storage_type: 'local' }
