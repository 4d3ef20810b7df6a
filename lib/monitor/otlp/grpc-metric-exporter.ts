import { once } from 'node:events'
import { connect, type ClientHttp2Session, type IncomingHttpHeaders } from 'node:http2'
import type { Clock } from '../../common/clock.ts'
import { encodeExportMetricsRequest } from './export-metrics-request.ts'
import type { MetricExporter } from './metric-exporter.ts'
import type { ResourceMetrics } from './metrics-data.ts'

export interface GrpcMetricExporterOptions {
  /** `http://host:port`, in plain text, or `https://host:port`. */
  readonly endpoint: string
  /** Sent with each request. */
  readonly headers: Readonly<Record<string, string>>
  /** Connecting, sending and the answer together. */
  readonly timeoutMs: number
  readonly clock: Clock
}

const PATH = '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export'
const GRPC_OK = '0'
/** Not compressed, and the length of the message in four bytes. */
const PREFIX_SIZE = 5

/**
 * Sends metrics to a collector of OpenTelemetry by gRPC, over a connection of its own each time: the next one is a minute
 * away. Apache: io.opentelemetry.exporter.otlp.metrics.OtlpGrpcMetricExporter
 */
export class GrpcMetricExporter implements MetricExporter {
  readonly #options: GrpcMetricExporterOptions

  constructor(options: GrpcMetricExporterOptions) {
    this.#options = options
  }

  async export(metrics: ResourceMetrics): Promise<void> {
    const { endpoint, timeoutMs, clock } = this.#options
    const session = connect(endpoint)
    const timer = clock.setTimeout(
      () => session.destroy(new Error(`no answer from ${endpoint} within ${timeoutMs} ms`)),
      timeoutMs,
    )
    try {
      await Promise.race([this.#call(session, metrics), failureOf(session)])
    } finally {
      timer.cancel()
      session.destroy()
    }
  }

  async #call(session: ClientHttp2Session, metrics: ResourceMetrics): Promise<void> {
    const stream = session.request({
      ':method': 'POST',
      ':path': PATH,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...this.#options.headers,
    })
    let status: IncomingHttpHeaders = {}
    const keep = (headers: IncomingHttpHeaders) => (status = { ...status, ...headers })
    stream.on('response', keep).on('trailers', keep)
    stream.end(grpcMessage(encodeExportMetricsRequest(metrics)))
    stream.resume()
    await once(stream, 'end')
    if (status[':status'] === undefined)
      throw new Error(`${this.#options.endpoint} closed the connection without an answer`)
    const code = status['grpc-status']
    if (code === GRPC_OK) return
    const message = decodeURIComponent(String(status['grpc-message'] ?? ''))
    throw new Error(
      code === undefined
        ? `${this.#options.endpoint} answers HTTP status ${String(status[':status'])}, not gRPC`
        : `${this.#options.endpoint} answers gRPC status ${String(code)} ${message}`.trimEnd(),
    )
  }
}

/** Rejects when the connection fails. */
function failureOf(session: ClientHttp2Session): Promise<never> {
  return new Promise((_resolve, reject) => session.on('error', reject))
}

function grpcMessage(body: Buffer): Buffer {
  const prefix = Buffer.alloc(PREFIX_SIZE)
  prefix.writeUInt32BE(body.length, 1)
  return Buffer.concat([prefix, body])
}
