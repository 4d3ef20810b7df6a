import { once } from 'node:events'
import { createServer, type Http2Server, type IncomingHttpHeaders } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { RequestCode } from '../../../codec/request-code.ts'
import { SystemClock } from '../../../lib/common/clock.ts'
import { GrpcMetricExporter } from '../../../lib/monitor/otlp/grpc-metric-exporter.ts'
import { BrokerFixture } from '../../helpers/broker-fixture.ts'

const PATH = '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export'
const EMPTY_ANSWER = Buffer.alloc(5)

/** What a collector has been sent in one call. */
interface Received {
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** Stands for a collector: speaks gRPC over HTTP/2 in plain text, and answers each call with `status`. */
class Collector {
  readonly calls: Received[] = []
  status: string | undefined = '0'
  /** Never answers. */
  isSilent = false
  /** Closes each connection instead of an answer. */
  isClosing = false
  readonly #server: Http2Server = createServer()

  async start(): Promise<void> {
    this.#server.on('stream', (stream, headers) => {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('error', () => undefined)
      stream.on('end', () => {
        this.calls.push({ headers, body: Buffer.concat(chunks) })
        if (this.isSilent) return
        if (this.isClosing) {
          stream.session?.close()
          stream.close()
          return
        }
        const { status } = this
        if (status === undefined) {
          stream.respond({ ':status': 404 }, { endStream: true })
          return
        }
        stream.respond(
          { ':status': 200, 'content-type': 'application/grpc' },
          { waitForTrailers: true },
        )
        stream.on('wantTrailers', () =>
          stream.sendTrailers({ 'grpc-status': status, 'grpc-message': 'too%20much' }),
        )
        stream.end(EMPTY_ANSWER)
      })
    })
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    await closed
  }
}

describe('metrics sent to a collector', () => {
  let collector: Collector

  beforeEach(async () => {
    collector = new Collector()
    await collector.start()
  })
  afterEach(() => collector.stop())

  function exportNothing(timeoutMs = 10_000): Promise<string> {
    const { endpoint } = collector
    const exporter = new GrpcMetricExporter({
      ...{ endpoint, headers: {}, timeoutMs },
      clock: new SystemClock(),
    })
    return exporter.export({ resource: { attributes: [] }, scopeMetrics: [] }).then(
      () => 'taken',
      (error: Error) => error.message.replace(endpoint, 'E'),
    )
  }

  it("arrive as gRPC messages under Apache's names when the broker stops", async () => {
    const fixture = new BrokerFixture({
      metricsExporterType: 'OTLP_GRPC',
      metricsGrpcExporterTarget: collector.endpoint,
      metricsGrpcExporterHeader: 'x-tenant:t1,bad',
    })
    await fixture.start()
    try {
      await fixture.invoke(RequestCode.GET_BROKER_CONFIG)
    } finally {
      await fixture.close()
    }
    const [{ headers, body }] = collector.calls as [Received]
    expect([headers[':path'], headers['content-type'], headers['x-tenant']]).to.deep.equal([
      PATH,
      'application/grpc',
      't1',
    ])
    expect([body.readUInt8(0), body.readUInt32BE(1)]).to.deep.equal([0, body.length - 5])
    const text = body.toString('latin1')
    expect(text).to.contain('rocketmq_rpc_latency\x12')
    expect(text).to.contain('broker-meter')
  })

  it('are refused with the reason that the collector gives', async () => {
    collector.status = '8'
    expect(await exportNothing()).to.equal('E answers gRPC status 8 too much')
  })

  it('are refused by what is no gRPC server', async () => {
    collector.status = undefined
    expect(await exportNothing()).to.equal('E answers HTTP status 404, not gRPC')
  })

  it('are refused by who closes the connection', async () => {
    collector.isClosing = true
    expect(await exportNothing()).to.equal('E closed the connection without an answer')
  })

  it('are given up when no answer comes in time', async () => {
    collector.isSilent = true
    expect(await exportNothing(20)).to.equal('no answer from E within 20 ms')
  })

  it('are taken', async () => {
    expect(await exportNothing()).to.equal('taken')
  })
})
