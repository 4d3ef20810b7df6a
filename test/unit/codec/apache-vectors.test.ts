import { inflateSync } from 'node:zlib'
import { expect } from 'chai'
import { ClusterInfo } from '../../../codec/body/cluster-info.ts'
import { ConsumerConnection } from '../../../codec/body/connection-list.ts'
import { ConsumeStats } from '../../../codec/body/consume-stats.ts'
import { GetBrokerMemberGroupResponseBody } from '../../../codec/body/broker-member-group.ts'
import { HeartbeatData } from '../../../codec/body/heartbeat-data.ts'
import { KVTable } from '../../../codec/body/kv-table.ts'
import { LockBatchRequestBody } from '../../../codec/body/lock-batch.ts'
import { QueryAssignmentResponseBody } from '../../../codec/body/query-assignment.ts'
import {
  RegisterBrokerBody,
  decodeCompressedRegisterBody,
  encodeCompressedRegisterBody,
} from '../../../codec/body/register-broker-body.ts'
import { ResetOffsetBody } from '../../../codec/body/reset-offset.ts'
import { SubscriptionGroupConfig } from '../../../codec/body/subscription-group-config.ts'
import { topicConfigFromText, topicConfigToText } from '../../../codec/body/topic-config.ts'
import { TopicRouteData } from '../../../codec/body/topic-route-data.ts'
import { TopicStatsTable } from '../../../codec/body/topic-stats.ts'
import { parseJson } from '../../../codec/fastjson.ts'
import { decodeFrame, encodeFrame } from '../../../codec/frame.ts'
import type { BodyCodec } from '../../../codec/json-schema.ts'
import { LanguageCode } from '../../../codec/language-code.ts'
import { MqVersion } from '../../../codec/mq-version.ts'
import { RemotingCommand, SerializeType } from '../../../codec/remoting-command.ts'
import type { FrameVector } from '../../helpers/codec-vectors.ts'
import { readBodyVectors, readFrameVectors } from '../../helpers/codec-vectors.ts'
import { declaredHeaders } from '../../helpers/declared-headers.ts'

const headers = await declaredHeaders()

/** Apache's fast codec for this class leaves out the inherited fields; JSON frames have them. */
const INHERITED = ['bname', 'lo', 'ns', 'nsd', 'oway']

function binaryFields(vector: FrameVector): Record<string, string> {
  const fields = { ...vector.fields }
  if (vector.header === 'SendMessageRequestHeaderV2') {
    for (const name of INHERITED) delete fields[name]
  }
  return fields
}

function expected(vector: FrameVector, fields: Record<string, string>): RemotingCommand {
  const command = vector.header.includes('Response')
    ? RemotingCommand.response(0)
    : RemotingCommand.request(310)
  command.language = LanguageCode.GO
  command.opaque = -7
  command.remark = 'reämark 🚀'
  command.extFields = fields
  command.body = Buffer.from([1, 2, 3])
  return command
}

describe('frames of Apache 5.3.3', () => {
  for (const vector of readFrameVectors()) {
    const json = Buffer.from(vector.json, 'hex')
    const binary = Buffer.from(vector.rocketmq, 'hex')

    it(`with ${vector.header} are read, and written byte for byte, in both serialisations`, () => {
      expect(decodeFrame(json)).to.deep.equal(expected(vector, { ...vector.fields }))
      expect(decodeFrame(binary)).to.deep.equal(expected(vector, binaryFields(vector)))
      expect(encodeFrame(decodeFrame(json)).toString('hex')).to.equal(vector.json)
      expect(encodeFrame(decodeFrame(binary), SerializeType.ROCKETMQ).toString('hex')).to.equal(
        vector.rocketmq,
      )
    })

    it(`with ${vector.header} carry the fields as declared`, () => {
      const codec = headers.get(vector.header)
      if (codec === undefined) throw new Error('not declared')
      const fields = { ...vector.fields }
      // Declared as `n` only, see the agreement of the headers.
      if (vector.header === 'SendMessageRequestHeaderV2') delete fields.bname
      expect(codec.encode(codec.decode(vector.fields))).to.deep.equal(fields)
    })
  }

  for (const name of [
    'SendMessageRequestHeaderV2',
    'SendMessageResponseHeader',
    'PullMessageRequestHeader',
    'PullMessageResponseHeader',
  ]) {
    it(`carry the binary fields of ${name} in the declared order, as Apache's fast codec does`, () => {
      const codec = headers.get(name)
      const vector = readFrameVectors().find(({ header }) => header === name)
      if (codec === undefined || vector === undefined) throw new Error('not declared')
      const written = Object.keys(decodeFrame(Buffer.from(vector.rocketmq, 'hex')).extFields ?? {})
      const declared = Object.keys(codec.encode(codec.decode(vector.fields)))
      expect(declared.filter((key) => written.includes(key))).to.deep.equal(written)
    })
  }
})

const CODECS = new Map(
  [
    ClusterInfo,
    ConsumerConnection,
    ConsumeStats,
    GetBrokerMemberGroupResponseBody,
    HeartbeatData,
    KVTable,
    LockBatchRequestBody,
    QueryAssignmentResponseBody,
    RegisterBrokerBody,
    ResetOffsetBody,
    SubscriptionGroupConfig,
    TopicRouteData,
    TopicStatsTable,
  ].map((codec) => [codec.javaClass, codec as unknown as BodyCodec<unknown>]),
)

describe('bodies of Apache 5.3.3', () => {
  for (const { body, form, content } of readBodyVectors()) {
    if (form !== 'json' && form !== 'standardJson') continue
    const keys = form === 'json' ? 'bare' : 'quoted'
    it(`${body} is read and written in ${form} form`, () => {
      const codec = CODECS.get(body)
      if (codec === undefined) throw new Error('not declared')
      const written = codec.encode(codec.decode(content), { keys }).toString()
      expect(parseJson(written)).to.deep.equal(parseJson(content))
      // fastjson escapes U+2028, which JSON needs not.
      expect(written).to.equal(content.replaceAll('\\u2028', '\u2028'))
    })
  }

  it('RegisterBrokerBody is read and written in compressed form', () => {
    const vector = readBodyVectors().find(({ form }) => form === 'compressed')
    const bytes = Buffer.from(vector?.content ?? '', 'hex')
    const read = decodeCompressedRegisterBody(bytes, MqVersion.V5_3_3)
    const config = read.topicConfigSerializeWrapper.topicConfigTable.get('T')
    expect(config).to.include({
      readQueueNums: 8,
      writeQueueNums: 4,
      order: false,
      topicSysFlag: 0,
    })
    const mapping = read.topicConfigSerializeWrapper.topicQueueMappingInfoMap.get('S')
    expect(mapping).to.deep.include({ totalQueues: 2, currIdMap: new Map([[0, 1]]) })
    const written = encodeCompressedRegisterBody(read)
    expect(inflateSync(written).toString()).to.equal(inflateSync(bytes).toString())
  })

  it('TopicConfig is read and written in text form', () => {
    const vector = readBodyVectors().find(({ form }) => form === 'text')
    const line = vector?.content ?? ''
    expect(topicConfigToText(topicConfigFromText(line))).to.equal(line)
  })
})
