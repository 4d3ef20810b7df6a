import { SerializeType } from '../../../codec/remoting-command.ts'
import { RequestCode as Code } from '../../../codec/request-code.ts'
import type { BytesStep, ScriptStep } from '../step.ts'
import { ask, pull } from './builders.ts'

function frame(header: string | Buffer, body = '', type = 0): Buffer {
  const bytes = Buffer.from(header)
  const head = Buffer.alloc(8)
  head.writeInt32BE(4 + bytes.length + Buffer.byteLength(body))
  head.writeInt32BE((type << 24) | bytes.length, 4)
  return Buffer.concat([head, bytes, Buffer.from(body)])
}

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex')
const bytes = (name: string, given: Buffer): BytesStep => ({
  name,
  peer: `bad ${name}`,
  bytes: given,
})

function closed(step: BytesStep): BytesStep {
  return { ...step, differs: { fields: ['code'], why: 'ours closes what cannot go on' } }
}

/** Apache leaves some of these connections open, and deaf. */
const closing: ScriptStep[] = [
  bytes('garbage', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')),
  closed(bytes('negative length', hex('ffffffff 00000000'))),
  closed(bytes('absurd length', hex('7fffffff 00000000'))),
  bytes('truncated JSON', frame('{"code":10,')),
  bytes('header longer than the frame', hex('00000008 000000ff 7b7d7b7d')),
  closed(bytes('unknown type', frame('{}', '', 9))),
  bytes('a header of null', frame('null')),
  closed(bytes('a header of a list', frame('[]'))),
  bytes('binary header cut', frame(hex('0069 00 01df'), '', 1)),
]

const surviving: ScriptStep[] = [
  ask(
    'binary question',
    Code.GET_MAX_OFFSET,
    { topic: 'P', queueId: 0 },
    { serialize: SerializeType.ROCKETMQ },
  ),
  pull('binary pull', 'P', {}, { serialize: SerializeType.ROCKETMQ }),
  ask('a response nobody asked for', 0, {}, { response: true, peer: 'odd' }),
  ask('after the response', Code.GET_MAX_OFFSET, { topic: 'P', queueId: 0 }, { peer: 'odd' }),
  ask('oneway of an unknown code', 99_999, {}, { oneway: true, peer: 'odd' }),
  ask('after the oneway', Code.GET_MAX_OFFSET, { topic: 'P', queueId: 0 }, { peer: 'odd' }),
]

export const BAD_FRAMES: readonly ScriptStep[] = [...surviving, ...closing]
