import { expect } from 'chai'
import fc from 'fast-check'
import type { FieldKind, Fields, HeaderCodec, HeaderValue } from '../../../codec/schema.ts'
import { HeaderError, defineHeader, optional, required } from '../../../codec/schema.ts'
import {
  SendMessageRequestHeader,
  SendMessageRequestHeaderV2,
} from '../../../codec/header/send-message.ts'
import { PullMessageRequestHeader } from '../../../codec/header/pull-message.ts'
import { declaredHeaders } from '../../helpers/declared-headers.ts'

const Sample = defineHeader('Sample', {
  name: required('string'),
  queueId: required('int', 'q'),
  offset: optional('long'),
  last: optional('boolean'),
})

const VALUES: Readonly<Record<FieldKind, fc.Arbitrary<string | number | boolean>>> = {
  string: fc.string(),
  int: fc.integer({ min: -0x80000000, max: 0x7fffffff }),
  long: fc.maxSafeInteger(),
  boolean: fc.boolean(),
}

function valueOf(codec: HeaderCodec<Fields>): fc.Arbitrary<HeaderValue<Fields>> {
  const names = Object.keys(codec.fields)
  const requiredKeys = names.filter((name) => codec.fields[name]?.required)
  const model = Object.fromEntries(
    Object.entries(codec.fields).map(([name, field]) => [name, VALUES[field.kind]]),
  )
  return fc.record(model, { requiredKeys, noNullPrototype: true })
}

/** What a function returns, or the message of what it throws. */
function outcome(run: () => object): unknown {
  try {
    return run()
  } catch (error) {
    return (error as Error).message
  }
}

function withoutUndefined(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined))
}

describe('defineHeader', () => {
  it('reads and writes fields as text under their keys on the wire', () => {
    const value = { name: 'n', queueId: 3, offset: 5, last: true }
    const fields = { name: 'n', q: '3', offset: '5', last: 'true' }
    expect(Sample.decode(fields)).to.deep.equal(value)
    expect(Sample.encode(value)).to.deep.equal(fields)
  })

  it('leaves out what is optional and undefined', () => {
    expect(Sample.encode({ name: 'n', queueId: 3, offset: undefined })).to.deep.equal({
      name: 'n',
      q: '3',
    })
    expect(Sample.decode({ name: '', q: '0' })).to.deep.equal({
      name: '',
      queueId: 0,
      offset: undefined,
      last: undefined,
    })
  })

  it('takes true in whatever case, and all else for false, as Java', () => {
    expect(Sample.decode({ name: '', q: '0', last: 'TRUE' }).last).to.equal(true)
    expect(Sample.decode({ name: '', q: '0', last: 'yes' }).last).to.equal(false)
  })

  it('clamps an int64 beyond 2^53', () => {
    const { offset } = Sample.decode({ name: '', q: '0', offset: '9223372036854775807' })
    expect(offset).to.equal(Number.MAX_SAFE_INTEGER)
    expect(Sample.decode({ name: '', q: '0', offset: '-9223372036854775808' }).offset).to.equal(
      Number.MIN_SAFE_INTEGER,
    )
  })

  it('reads no negative zero', () => {
    const { queueId, offset } = Sample.decode({ name: '', q: '-0', offset: '-0' })
    expect(Object.is(queueId, 0)).to.equal(true)
    expect(Object.is(offset, 0)).to.equal(true)
  })

  const refused: [Record<string, string> | undefined, string][] = [
    [undefined, 'the custom field <name> is null'],
    [{ name: 'n' }, 'the custom field <q> is null'],
    [{ name: 'n', q: '2147483648' }, 'the custom field <q> is not an int: "2147483648"'],
    [{ name: 'n', q: '' }, 'the custom field <q> is not an int: ""'],
    [{ name: 'n', q: '1.0' }, 'the custom field <q> is not an int: "1.0"'],
    [{ name: 'n', q: '0x1' }, 'the custom field <q> is not an int: "0x1"'],
    [{ name: 'n', q: '1', offset: '1 ' }, 'the custom field <offset> is not a long: "1 "'],
  ]
  for (const [fields, message] of refused) {
    it(`refuses ${JSON.stringify(fields)}`, () => {
      expect(() => Sample.decode(fields))
        .to.throw(HeaderError)
        .with.property('message', message)
    })
  }
})

describe('declared headers', () => {
  it('come back from their fields', async () => {
    for (const codec of (await declaredHeaders()).values()) {
      const value = valueOf(codec)
      fc.assert(
        fc.property(value, (header) => {
          expect(withoutUndefined(codec.decode(codec.encode(header)))).to.deep.equal(header)
        }),
        { numRuns: 20 },
      )
    }
  })

  it('throw nothing but HeaderError for whatever fields', async () => {
    for (const codec of (await declaredHeaders()).values()) {
      const keys = Object.entries(codec.fields).map(([name, field]) => field.wireKey ?? name)
      if (keys.length === 0) continue
      const text = fc.oneof(
        fc.string(),
        fc.integer().map(String),
        fc.constant('9223372036854775808'),
      )
      fc.assert(
        fc.property(fc.dictionary(fc.constantFrom(...keys), text), (fields) => {
          try {
            codec.decode(fields)
          } catch (error) {
            expect(error).to.be.instanceOf(HeaderError)
          }
        }),
        { numRuns: 20 },
      )
    }
  })

  for (const codec of [SendMessageRequestHeaderV2, PullMessageRequestHeader]) {
    it(`of ${codec.javaClass} are read alike by its own decoder and by the loop`, () => {
      const loop: HeaderCodec<Fields> = defineHeader(codec.javaClass, codec.fields as Fields)
      const keys = Object.entries(codec.fields as Fields).map(
        ([name, { wireKey }]) => wireKey ?? name,
      )
      const text = fc.oneof(
        { weight: 20, arbitrary: fc.integer({ min: -5, max: 5_000_000_000 }).map(String) },
        fc.constantFrom('true', 'TRUE', 'false', '', '-0', '9223372036854775807', '1e3'),
        fc.string(),
      )
      const given = fc.record(Object.fromEntries(keys.map((key) => [key, text])), {
        requiredKeys: [],
      })
      const usual = fc.record(Object.fromEntries(keys.map((key) => [key, fc.nat().map(String)])))
      fc.assert(
        fc.property(fc.oneof(given, usual), (fields) => {
          const extFields = fields as Record<string, string>
          expect(outcome(() => codec.decode(extFields))).to.deep.equal(
            outcome(() => loop.decode(extFields)),
          )
        }),
        { numRuns: 1000 },
      )
    })
  }

  it('have one value for both forms of a send request', () => {
    const fields = {
      a: 'g',
      b: 'T',
      c: 'TBW102',
      d: '4',
      e: '0',
      f: '0',
      g: '5',
      h: '0',
      n: 'broker-a',
    }
    const value: SendMessageRequestHeader = SendMessageRequestHeaderV2.decode(fields)
    expect(SendMessageRequestHeader.encode(value)).to.deep.equal({
      producerGroup: 'g',
      topic: 'T',
      defaultTopic: 'TBW102',
      defaultTopicQueueNums: '4',
      queueId: '0',
      sysFlag: '0',
      bornTimestamp: '5',
      flag: '0',
      bname: 'broker-a',
    })
    expect(SendMessageRequestHeaderV2.encode(value)).to.deep.equal(fields)
  })
})
