import fc from 'fast-check'
import { decodeFrame, encodeFrame, FrameDecoder } from '../../codec/frame.ts'
import {
  encodeReport,
  ReportDecoder,
  TRANSFER_HEADER_SIZE,
  TransferDecoder,
  writeTransferHeader,
} from '../../codec/ha/transfer.ts'
import { decodeBatch } from '../../codec/message/batch.ts'
import { decodeOffsetMsgId, decodeUniqId } from '../../codec/message/message-id.ts'
import { decodeProperties } from '../../codec/message/properties.ts'
import { PropertyName, PropertyReader } from '../../codec/message/property-reader.ts'
import {
  decodeRecallHandle,
  encodeRecallHandle,
} from '../../codec/message/recall-message-handle.ts'
import { ExtraInfo } from '../../codec/pop-extra-info.ts'
import { SerializeType } from '../../codec/remoting-command.ts'
import { compileSql92, Sql92Error } from '../../lib/broker/filter/sql92/sql92.ts'
import { EvaluationError } from '../../lib/broker/filter/sql92/values.ts'
import { parseAddress } from '../../lib/common/address.ts'
import { readProxyHeader } from '../../lib/remoting/proxy-protocol.ts'
import { EXPRESSION_TABLES } from '../../compat/sql92/expressions.ts'
import { readFrameVectors } from '../helpers/codec-vectors.ts'
import { declaredHeaders } from '../helpers/declared-headers.ts'
import { damaged, damagedText, fieldText } from './inputs.ts'
import type { Target } from './target.ts'
import { target } from './target.ts'

const PROPERTIES =
  'KEYS\u0001k1 k2\u0002TAGS\u0001t\u0002UNIQ_KEY\u00017F000001\u0002WAIT\u0001true\u0002'
const HANDLE = '3 1700000000000 60000 2 0 broker-a 1 77'
const PROXY_V2 = Buffer.from('0d0a0d0a000d0a515549540a2111000cc0a807080a00000112672694', 'hex')

/** Everything that comes out of a socket. */
export async function wireTargets(): Promise<Target[]> {
  const frames = readFrameVectors().flatMap(({ json, rocketmq }) => [
    Buffer.from(json, 'hex'),
    Buffer.from(rocketmq, 'hex'),
  ])
  return [
    target('frames', fc.tuple(damaged(frames), fc.nat(2000)), readFrames),
    target('headers', await headers(), ([codec, fields]) => void codec.decode(fields)),
    target('properties', damagedText([PROPERTIES]), readProperties),
    target('batches', damaged([batch()]), (bytes) => void decodeBatch(bytes)),
    target('message ids', damagedText(['7F00000100002A9F0000000000000001']), (id) => {
      for (const decode of [decodeOffsetMsgId, decodeUniqId]) decode(id)
    }),
    target('receipt handles', damagedText([HANDLE]), readHandle),
    target(
      'recall handles',
      damagedText([
        encodeRecallHandle({ topic: 't', brokerName: 'b', timestampText: '17', messageId: 'AB' }),
      ]),
      (handle) => void decodeRecallHandle(handle),
    ),
    target('transfers of a master', damaged([transfers()]), (bytes) =>
      new TransferDecoder({ onTransfer: () => undefined, onBody: () => undefined }).push(bytes),
    ),
    target('reports of a slave', damaged([encodeReport(5), encodeReport(77)]), (bytes) => {
      new ReportDecoder().push(bytes)
    }),
    target(
      'PROXY headers',
      damaged([Buffer.from('PROXY TCP4 192.168.7.8 10.0.0.1 4711 9876\r\n'), PROXY_V2]),
      (bytes) => void readProxyHeader(bytes),
    ),
    target('addresses', damagedText(['127.0.0.1:10911', '[::1]:9876']), (text) => {
      parseAddress(text)
    }),
    target('SQL92', fc.tuple(expressions(), damagedText([PROPERTIES])), readSql92, [
      Sql92Error,
      EvaluationError,
    ]),
  ]
}

function readFrames([bytes, cut]: [Buffer, number]): void {
  const decoder = new FrameDecoder()
  const read = (frame: Buffer): void => {
    const command = decodeFrame(frame)
    encodeFrame(command, SerializeType.JSON)
  }
  decoder.push(bytes.subarray(0, cut), read)
  decoder.push(bytes.subarray(cut), read)
}

async function headers() {
  const codecs = [...(await declaredHeaders()).values()]
  return fc.constantFrom(...codecs).chain((codec) => {
    const keys = Object.entries(codec.fields).map(([name, { wireKey }]) => wireKey ?? name)
    const model = Object.fromEntries(keys.map((key) => [key, fieldText]))
    const fields = fc.record(model, { requiredKeys: [] }) as fc.Arbitrary<Record<string, string>>
    return fc.tuple(fc.constant(codec), fields)
  })
}

function readProperties(text: string): void {
  decodeProperties(text)
  const bytes = Buffer.from(text)
  const reader = new PropertyReader()
  reader.reset(bytes, 0, bytes.length)
  for (const name of ['KEYS', 'WAIT', 'absent']) {
    if (reader.find(new PropertyName(name))) void [reader.text, reader.integer]
  }
}

function readHandle(text: string): void {
  const info = new ExtraInfo(text)
  void [info.brokerName, info.ckQueueOffset, info.popTime, info.invisibleTime, info.isOrder]
}

/** Message in a batch: length, magic, CRC, flag, body and properties behind their lengths. */
function batch(): Buffer {
  const body = Buffer.from('0000001f000000000000000000000000000000036162630004', 'hex')
  return Buffer.concat([body, Buffer.from('a\u0001b\u0002'), body, Buffer.from('a\u0001b\u0002')])
}

function transfers(): Buffer {
  const body = Buffer.alloc(20, 1)
  return Buffer.concat([header(0, body.length), body, header(20, 0)])
}

function header(offset: number, size: number): Buffer {
  const bytes = Buffer.alloc(TRANSFER_HEADER_SIZE)
  writeTransferHeader(bytes, offset, size, 0)
  return bytes
}

function expressions(): fc.Arbitrary<string> {
  const rows = EXPRESSION_TABLES.flatMap(({ rows }) => rows.map(([expression]) => expression))
  return damagedText([...rows, `${'a > 5 AND '.repeat(50)}b IS NULL`])
}

function readSql92([expression, properties]: [string, string]): void {
  const condition = compileSql92(expression)
  const bytes = Buffer.from(properties)
  const reader = new PropertyReader()
  reader.reset(bytes, 0, bytes.length)
  condition(reader)
}
