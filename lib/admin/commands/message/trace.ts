import type { FetchedMessage } from '../../fetched-message.ts'

/** Between traces, and between the fields of one. Source: client.trace.TraceConstants */
const TRACE_SEPARATOR = '\x02'
const FIELD_SEPARATOR = '\x01'

/** What a client has traced: that it sent a message, or that it has consumed it. Apache: client.trace.TraceView */
export interface Trace {
  readonly type: 'Pub' | 'SubAfter'
  readonly msgId: string
  readonly group: string
  readonly timestamp: number
  readonly costMs: number
  readonly isSuccess: boolean
  readonly clientHost: string
}

/** The traces about one message that stand in a message of the trace topic. Source: client.trace.TraceDataEncoder */
export function tracesIn({ body, bornHost }: FetchedMessage, msgId: string): Trace[] {
  const texts = body.toString('utf8').split(TRACE_SEPARATOR)
  const traces = texts.flatMap((text) => parse(text.split(FIELD_SEPARATOR), bornHost.address) ?? [])
  return traces.filter((trace) => trace.msgId === msgId)
}

/** Traces of other types are passed over. */
function parse(fields: readonly string[], clientHost: string): Trace | undefined {
  const at = (index: number): string => fields[index] ?? ''
  if (at(0) === 'Pub') {
    return {
      type: 'Pub',
      msgId: at(5),
      group: at(3),
      timestamp: Number(at(1)),
      costMs: Number(at(10)),
      // Clients since 4.4 have the offset id before it.
      isSuccess: at(fields.length === 13 ? 12 : 13) === 'true',
      clientHost,
    }
  }
  if (at(0) !== 'SubAfter') return undefined
  return {
    type: 'SubAfter',
    msgId: at(2),
    group: at(8),
    timestamp: Number(at(7)),
    costMs: Number(at(3)),
    isSuccess: at(4) === 'true',
    clientHost,
  }
}
