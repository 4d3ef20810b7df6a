import fc from 'fast-check'
import { decodeAclInfos } from '../../codec/body/acl-info.ts'
import { CodecError } from '../../codec/errors.ts'
import { decodeRecord } from '../../codec/message/record-reader.ts'
import { RemotingCommand } from '../../codec/remoting-command.ts'
import { RequestCode } from '../../codec/request-code.ts'
import type { Fields, HeaderCodec } from '../../codec/schema.ts'
import { toPolicies } from '../../lib/auth/acl-converter.ts'
import { calSignature } from '../../lib/auth/acl-signer.ts'
import { buildContexts } from '../../lib/auth/authorization-context-builder.ts'
import { isIpInRange } from '../../lib/auth/ip-range.ts'
import { neededAccess } from '../../lib/auth/plain/needed-access.ts'
import { parseRequestCodes } from '../../lib/auth/request-code-list.ts'
import { innerClientCredentials } from '../../lib/auth/session-credentials.ts'
import { decodeMessages } from '../../lib/admin/fetched-message.ts'
import { tracesIn } from '../../lib/admin/commands/message/trace.ts'
import { parseLmqName } from '../../lib/broker/lite/lite-topic-names.ts'
import { parseMetricsLabel } from '../../lib/broker/metrics/metrics-label.ts'
import { parseGroup, parseNormalTopic } from '../../lib/broker/topic/topic-names.ts'
import { checkTimesOf, endMessageTransaction } from '../../lib/broker/transaction/half-message.ts'
import { ConfigError } from '../../lib/config/errors.ts'
import { RemotingError } from '../../lib/remoting/index.ts'
import { readBodyVectors } from '../helpers/codec-vectors.ts'
import { declaredHeaders } from '../helpers/declared-headers.ts'
import { readStoreVectors } from '../helpers/store-vectors.ts'
import { damaged, damagedJson, damagedText, fieldText } from './inputs.ts'
import type { Target } from './target.ts'
import { target } from './target.ts'

const ACLS =
  '[{"subject":"User:u","policies":[{"policyType":"Custom","entries":[{"resource":"Topic:a*","actions":["Pub","All"],"sourceIps":["10.0.0.0/8","fe80::/10"],"decision":"Allow"}]}]}]'
const NAMES = ['%RETRY%g_t', '%RETRY%g+t', '%DLQ%g', '%LMQ%a%b', 'zone:a,rack:7', '10,,310']
const TRACE =
  'Pub\u00011700000000000\u0001r\u0001g\u0001t\u0001ID\u0001tag\u0001k\u0001h\u00015\u00012\u00010\u0001OID\u0001true\u0002'

/** What is made of requests, records and texts that could be decoded. */
export async function meaningTargets(): Promise<Target[]> {
  const records = readStoreVectors().commitlog.map(({ hex }) => Buffer.from(hex, 'hex'))
  return [
    target('what requests need', await requests(), readNeeds, [CodecError, RemotingError]),
    target('policies', damagedJson([ACLS]), readPolicies, [CodecError, RemotingError]),
    target('networks', damagedText(['10.0.0.0/8', 'fe80::1/64', '::ffff:1.2.3.4']), (range) => {
      for (const address of ['10.1.2.3', 'fe80::7', range]) isIpInRange(address, range)
    }),
    target('names', damagedText(NAMES), readName),
    target(
      'credentials',
      damagedJson(['{"accessKey":"a","secretKey":"b"}']),
      (innerClientAuthenticationCredentials) => {
        innerClientCredentials({ innerClientAuthenticationCredentials })
      },
      [ConfigError],
    ),
    target('half messages', damaged(records), (record) => {
      const half = decodeRecord(record)
      void [endMessageTransaction(half), checkTimesOf(half)]
    }),
    target('messages for tools', damaged([Buffer.concat(records)]), (bytes) => {
      for (const message of decodeMessages(bytes)) tracesIn(message, 'ID')
    }),
    target('traces', damagedText([TRACE.repeat(3)]), (text) => {
      const [message] = decodeMessages(records[0])
      if (message !== undefined) tracesIn({ ...message, body: Buffer.from(text) }, 'ID')
    }),
  ]
}

/** Of all codes, with the fields of any header and the body of any class. */
async function requests(): Promise<fc.Arbitrary<RemotingCommand>> {
  const headers = [...(await declaredHeaders()).values()]
  const bodies = readBodyVectors().flatMap(({ form, content }) => (form === 'json' ? content : []))
  const fields = fc.constantFrom(...headers).chain(fieldsOf)
  const body = fc.option(damagedJson(bodies))
  return fc
    .tuple(fc.constantFrom(...Object.values(RequestCode)), fields, body)
    .map(([code, extFields, text]) => {
      const request = RemotingCommand.request(code, extFields)
      if (text !== null) request.body = Buffer.from(text)
      return request
    })
}

function fieldsOf(codec: HeaderCodec<Fields>): fc.Arbitrary<Record<string, string>> {
  const keys = Object.entries(codec.fields).map(([name, { wireKey }]) => wireKey ?? name)
  const model = Object.fromEntries(keys.map((key) => [key, fieldText]))
  return fc.record(model, { requiredKeys: [] }) as fc.Arbitrary<Record<string, string>>
}

function readNeeds(request: RemotingCommand): void {
  calSignature(request, 'secret')
  try {
    neededAccess(request, 'DefaultCluster')
  } catch (error) {
    if (!(error instanceof CodecError)) throw error
  }
  buildContexts(request, 'DefaultCluster')
}

function readPolicies(text: string): void {
  for (const info of decodeAclInfos(text)) toPolicies(info)
}

function readName(name: string): void {
  for (const read of [parseGroup, parseLmqName, parseMetricsLabel, parseRequestCodes]) read(name)
  parseNormalTopic(name, 'g')
}
