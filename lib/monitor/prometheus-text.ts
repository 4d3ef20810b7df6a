import type { Labels, MetricSource, Sample } from './metric.ts'

export const PROMETHEUS_CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

/** All samples with `shared` labels before their own, in Prometheus' text format 0.0.4. Metrics without samples are left out. */
export async function renderPrometheusText(
  sources: readonly MetricSource[],
  shared: Labels,
): Promise<string> {
  const lines: string[] = []
  for (const source of sources) {
    for (const { name, help, type, collect } of await source()) {
      const samples = [...collect()]
      if (samples.length === 0) continue
      lines.push(`# HELP ${name} ${escape(help)}`, `# TYPE ${name} ${type}`)
      for (const sample of samples) lines.push(sampleLine(name, sample, shared))
    }
  }
  return lines.join('\n') + '\n'
}

function sampleLine(name: string, { labels, value, suffix = '' }: Sample, shared: Labels): string {
  const pairs = Object.entries({ ...shared, ...labels }).map(([key, text]) => {
    return `${key}="${escape(text).replaceAll('"', '\\"')}"`
  })
  const braces = pairs.length === 0 ? '' : `{${pairs.join(',')}}`
  return `${name}${suffix}${braces} ${valueText(value)}`
}

function escape(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
}

function valueText(value: number): string {
  if (value === Infinity) return '+Inf'
  return value === -Infinity ? '-Inf' : String(value)
}
