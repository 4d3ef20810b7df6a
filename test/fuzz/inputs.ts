import fc from 'fast-check'

/** What numbers in lengths, offsets and counts are replaced with. */
const NUMBERS = [0, 1, -1, 2, 4, 127, 128, 255, 65_535, 0x7fffffff, -0x80000000, 16_777_216]
const TEXTS = [
  ...['', ' ', '0', '-1', '+1', '00', '1e9', '0x10', 'NaN', 'null', 'true', '__proto__', '\u0000'],
  ...['9007199254740993', '9223372036854775807', '9223372036854775808', '-9223372036854775808'],
  ...['\ud800', '\u0001\u0002\u0001', '[]', '{}', '{"a":{}}', '..', '../..', '%RETRY%', '%', '^'],
]

type Change = (bytes: Buffer) => Buffer

const place = fc.nat({ max: 0xffffff })
const noise = fc.uint8Array({ maxLength: 24 })

/** One thing that is done to bytes; places count from any point, so that they stay useful when bytes get fewer. */
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(place, fc.nat(255)).map(([at, value]): Change => {
    return (bytes) => (bytes.length === 0 ? bytes : replaced(bytes, at, Buffer.from([value])))
  }),
  fc.tuple(place, fc.constantFrom(...NUMBERS)).map(([at, value]): Change => {
    const number = Buffer.alloc(4)
    number.writeInt32BE(value)
    return (bytes) => replaced(bytes, at, number)
  }),
  fc.tuple(place, noise).map(([at, insertion]): Change => {
    return (bytes) => spliced(bytes, at % (bytes.length + 1), 0, insertion)
  }),
  fc.tuple(place, fc.nat(40)).map(([at, count]): Change => {
    return (bytes) => spliced(bytes, at % (bytes.length + 1), count, Buffer.alloc(0))
  }),
  place.map(
    (at): Change =>
      (bytes) =>
        bytes.subarray(0, at % (bytes.length + 1)),
  ),
  fc.tuple(place, place, fc.nat(60)).map(([from, to, count]): Change => {
    return (bytes) => {
      const start = from % (bytes.length + 1)
      return spliced(bytes, to % (bytes.length + 1), 0, bytes.subarray(start, start + count))
    }
  }),
)

function replaced(bytes: Buffer, at: number, by: Buffer): Buffer {
  const copy = Buffer.from(bytes)
  by.copy(copy, at % (bytes.length + 1))
  return copy
}

function spliced(bytes: Buffer, at: number, count: number, insertion: Uint8Array): Buffer {
  return Buffer.concat([bytes.subarray(0, at), insertion, bytes.subarray(at + count)])
}

/** One of `samples`, with up to eight things done to it; now and then bytes that are like none of them. */
export function damaged(samples: readonly Buffer[]): fc.Arbitrary<Buffer> {
  const sample = samples.length === 0 ? fc.constant(Buffer.alloc(0)) : fc.constantFrom(...samples)
  const harmed = fc
    .tuple(sample, fc.array(change, { maxLength: 8 }))
    .map(([bytes, changes]) => changes.reduce((result, apply) => apply(result), bytes))
  const anything = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes))
  return fc.oneof({ weight: 9, arbitrary: harmed }, { weight: 1, arbitrary: anything })
}

/** The same of text. */
export function damagedText(samples: readonly string[]): fc.Arbitrary<string> {
  const bytes = damaged(samples.map((text) => Buffer.from(text, 'utf8')))
  return fc.oneof(
    { weight: 6, arbitrary: bytes.map((text) => text.toString('utf8')) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 200 }) },
    { weight: 1, arbitrary: deepText(samples) },
  )
}

/** Long rows of one piece: what recursion, repetition and backtracking stumble over. */
function deepText(samples: readonly string[]): fc.Arbitrary<string> {
  const pieces = [
    '[',
    '{"a":',
    '{{',
    '(',
    'NOT ',
    '-',
    '"',
    '\\',
    ' ',
    '\u0001',
    '\u0002',
    '1',
    'a',
  ]
  const piece = fc.constantFrom(...pieces, ...samples.map((sample) => sample.slice(0, 40)))
  return fc
    .tuple(piece, fc.integer({ min: 1, max: 20_000 }), fc.constantFrom('', ']', '}', ')', '"'))
    .map(([part, count, end]) => part.repeat(Math.min(count, 60_000 / (part.length + 1))) + end)
}

/** A text as fields of headers have it, more often an odd one than not. */
export const fieldText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...TEXTS),
  fc.integer().map(String),
  fc.maxSafeInteger().map(String),
  fc.string({ unit: 'binary', maxLength: 40 }),
)

/** JSON of the shape of one of `samples` with some of its values replaced, or damaged as text. */
export function damagedJson(samples: readonly string[]): fc.Arbitrary<string> {
  const parsed = samples.flatMap((sample) => {
    try {
      return [JSON.parse(sample) as unknown]
    } catch {
      return []
    }
  })
  if (parsed.length === 0) return damagedText(samples)
  const odd = fc.oneof(
    fc.jsonValue(),
    fieldText,
    fc.constantFrom(...NUMBERS, 1e308, 0.5, -0, null, true, [], {}, [null], { '': null }),
  )
  const replacedValues = fc
    .tuple(fc.constantFrom(...parsed), fc.array(fc.tuple(place, odd), { maxLength: 4 }))
    .map(([sample, changes]) =>
      JSON.stringify(changes.reduce((value, [at, by]) => replaceOne(value, at, by), sample)),
    )
  return fc.oneof(
    { weight: 3, arbitrary: replacedValues },
    { weight: 2, arbitrary: damagedText(samples) },
  )
}

/** Goes down into `value`, the way that `at` says, and replaces what it finds. */
function replaceOne(value: unknown, at: number, by: unknown): unknown {
  if (typeof value !== 'object' || value === null || at % 5 === 0) return by
  const entries = Object.entries(value)
  const index = at % Math.max(entries.length, 1)
  const changed = entries.map(([key, item], i): [string, unknown] => {
    return [key, i === index ? replaceOne(item, Math.floor(at / 3), by) : item]
  })
  return Array.isArray(value) ? changed.map(([, item]) => item) : Object.fromEntries(changed)
}
