import fc from 'fast-check'
import { RemotingCommand, SerializeType } from '../../codec/remoting-command.ts'

/** Text as it travels: what is not valid UTF-16 cannot be written in UTF-8. */
const text = fc.string({ unit: 'binary' })
const int32 = fc.integer({ min: -0x80000000, max: 0x7fffffff })

/**
 * Commands that come back unchanged from a serialisation. In the binary one codes and versions are int16, and what is empty
 * is not there.
 */
export function anyCommand(type: SerializeType): fc.Arbitrary<RemotingCommand> {
  const binary = type === SerializeType.ROCKETMQ
  const number = binary ? fc.integer({ min: -32768, max: 32767 }) : int32
  const part = binary ? text.filter((value) => value !== '') : text
  const key = part.filter((value) => value !== '__proto__')
  const fields = fc.dictionary(key, part, binary ? { minKeys: 1 } : {})
  return fc
    .record({
      code: number,
      version: number,
      opaque: int32,
      flag: int32,
      language: fc.nat(13),
      remark: fc.option(part, { nil: undefined }),
      extFields: fc.option(fields, { nil: undefined }),
      body: fc.option(fc.uint8Array({ minLength: 1 }), { nil: undefined }),
    })
    .map(({ code, remark, extFields, body, ...header }) => {
      const command = new RemotingCommand(
        code,
        remark,
        extFields === undefined ? undefined : { ...extFields },
        body === undefined ? undefined : Buffer.from(body),
      )
      return Object.assign(command, header)
    })
}
