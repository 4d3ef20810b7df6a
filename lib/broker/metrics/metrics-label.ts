import type { Labels } from '../../monitor/metric.ts'

const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/

/** `zone:a,rack:7` as labels. What is not a name and a value, or no name for Prometheus, is passed over, as by Apache. */
export function parseMetricsLabel(text: string): Labels {
  const labels: Record<string, string> = {}
  for (const item of text.split(',')) {
    const [name = '', value, ...more] = item.split(':')
    if (value !== undefined && more.length === 0 && LABEL_NAME.test(name)) labels[name] = value
  }
  return labels
}
