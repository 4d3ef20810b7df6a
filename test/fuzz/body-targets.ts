import fs from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { decodeAclInfos } from '../../codec/body/acl-info.ts'
import { decodeCompressedRegisterBody } from '../../codec/body/register-broker-body.ts'
import { parseAttributes } from '../../codec/body/topic-attributes.ts'
import { topicConfigFromText } from '../../codec/body/topic-config.ts'
import { decodeUserInfos } from '../../codec/body/user-info.ts'
import { parseJson } from '../../codec/fastjson.ts'
import type { BodyCodec } from '../../codec/json-schema.ts'
import { MqVersion } from '../../codec/mq-version.ts'
import { readBodyVectors } from '../helpers/codec-vectors.ts'
import { damaged, damagedJson, damagedText } from './inputs.ts'
import type { Target } from './target.ts'
import { target } from './target.ts'

const FOLDER = path.resolve(import.meta.dirname, '../../codec/body')
const USERS = '[{"username":"u","password":"p","userType":"Super","userStatus":"enable"}]'
const ACLS =
  '[{"subject":"User:u","policies":[{"policyType":"Custom","entries":[{"resource":"Topic:*","actions":["Pub"],"sourceIps":["10.0.0.0/8"],"decision":"Allow"}]}]}]'

/** Every JSON body, and the forms that are not JSON; state files hold the same. */
export async function bodyTargets(): Promise<Target[]> {
  const vectors = readBodyVectors()
  const contents = (form: string) =>
    vectors.filter((vector) => vector.form === form).map(({ content }) => content)
  const json = [...contents('json'), ...contents('standardJson'), USERS, ACLS]
  const codecs = await declaredBodies()
  const bodies = fc.constantFrom(...codecs).chain((codec) => {
    const own = vectors.filter(
      ({ body, form }) => body === codec.javaClass && form !== 'compressed',
    )
    const samples = own.length === 0 ? json : own.map(({ content }) => content)
    return fc.tuple(fc.constant(codec), damagedJson(samples))
  })
  const compressed = contents('compressed').map((hex) => Buffer.from(hex, 'hex'))
  return [
    target('JSON', damagedJson(json), (text) => void parseJson(text)),
    target('bodies', bodies, ([codec, text]) => {
      codec.encode(codec.decode(text))
    }),
    target('compressed registrations', damaged(compressed), (bytes) => {
      decodeCompressedRegisterBody(bytes, MqVersion.V5_0_0, 1 << 20)
    }),
    target('topics as text', damagedText(contents('text')), (text) => {
      topicConfigFromText(text)
    }),
    target('attributes of topics', damagedText(['+message.type=FIFO,-queue.type']), (text) => {
      parseAttributes(text)
    }),
    target('users', damagedJson([USERS]), (text) => void decodeUserInfos(text)),
    target('rights', damagedJson([ACLS]), (text) => void decodeAclInfos(text)),
  ]
}

async function declaredBodies(): Promise<BodyCodec<unknown>[]> {
  const files = fs.readdirSync(FOLDER).filter((name) => name.endsWith('.js'))
  const modules = await Promise.all(
    files.map((file) => import(path.join(FOLDER, file)) as Promise<Record<string, unknown>>),
  )
  return modules.flatMap((module) => Object.values(module).filter(isBody))
}

function isBody(value: unknown): value is BodyCodec<unknown> {
  return typeof value === 'object' && value !== null && 'javaClass' in value && 'decode' in value
}
