/** Attributes of topics and groups by name. */
export type Attributes = Map<string, string>

/** One known attribute. `verify` throws when a value is not allowed. Source: common.attribute.Attribute */
export interface AttributeSpec {
  readonly changeable: boolean
  verify(value: string): void
}

/** A change that is refused; the message is the remark to the caller. */
export class AttributeError extends Error {
  override readonly name = 'AttributeError'
}

const LONG_MAX = 2n ** 63n - 1n
/** LITE and PRIORITY are new in 5.5.0. */
const MESSAGE_TYPES = [
  ...['UNSPECIFIED', 'MIXED', 'TRANSACTION', 'PRIORITY', 'FIFO', 'DELAY', 'LITE', 'NORMAL'],
]

/** `values` stand in the order in which Java prints the set. */
function enumAttribute(changeable: boolean, values: readonly string[]): AttributeSpec {
  return {
    changeable,
    verify(value) {
      if (values.includes(value)) return
      throw new AttributeError(`value is not in set: [${values.join(', ')}]`)
    },
  }
}

/** Source: common.attribute.LongRangeAttribute */
function longRangeAttribute(min: bigint, max: bigint): AttributeSpec {
  return {
    changeable: true,
    verify(value) {
      if (!/^[+-]?\d{1,19}$/.test(value)) throw new AttributeError(`For input string: "${value}"`)
      const number = BigInt(value.replace('+', ''))
      if (number >= min && number <= max) return
      throw new AttributeError(`value is not in range(${min.toString()}, ${max.toString()})`)
    },
  }
}

/** Source: common.attribute.BooleanAttribute */
const booleanAttribute: AttributeSpec = {
  changeable: true,
  verify(value) {
    if (/^(true|false)$/i.test(value)) return
    throw new AttributeError('boolean attribute format is wrong.')
  },
}

/** Source: common.attribute.StringAttribute */
const stringAttribute: AttributeSpec = {
  changeable: true,
  verify(value) {
    if (value.trim() === '') throw new AttributeError('attribute value is blank')
  },
}

/** Source: common.TopicAttributes; those of lite topics are new in 5.5.0 */
export const TOPIC_ATTRIBUTES: ReadonlyMap<string, AttributeSpec> = new Map([
  ['queue.type', enumAttribute(false, ['BatchCQ', 'SimpleCQ'])],
  ['cleanup.policy', enumAttribute(false, ['DELETE', 'COMPACTION'])],
  ['message.type', enumAttribute(true, MESSAGE_TYPES)],
  // Milliseconds, -1 for unset. Kept for tiered storage, nothing here reads it.
  ['reserve.time', longRangeAttribute(-1n, LONG_MAX)],
  ['lite.topic.expiration', longRangeAttribute(-1n, 30n * 24n * 60n)],
])

/** All new in 5.5.0. Source: common.SubscriptionGroupAttributes */
export const SUBSCRIPTION_GROUP_ATTRIBUTES: ReadonlyMap<string, AttributeSpec> = new Map([
  ['priority.factor', longRangeAttribute(0n, 100n)],
  ['lite.bind.topic', stringAttribute],
  ['lite.sub.model', enumAttribute(true, ['Shared', 'Exclusive'])],
  ['lite.sub.reset.offset.exclusive', booleanAttribute],
  ['lite.sub.reset.offset.unsubscribe', booleanAttribute],
  ['lite.sub.client.quota', longRangeAttribute(-1n, LONG_MAX)],
  ['lite.sub.client.max.event.cnt', longRangeAttribute(10n, LONG_MAX)],
  ['lite.sub.wildcard', stringAttribute],
])

/**
 * The attributes after a change. A request's keys begin with `+` (set) or `-` (remove); when the owner is being created
 * only `+` is allowed.
 *
 * @throws AttributeError when a key or value is refused; nothing has changed then
 * Source: common.attribute.AttributeUtil#alterCurrentAttributes
 */
export function alterCurrentAttributes(
  create: boolean,
  known: ReadonlyMap<string, AttributeSpec>,
  current: ReadonlyMap<string, string>,
  requested: ReadonlyMap<string, string>,
): Attributes {
  const result = new Map(current)
  const seen = new Set<string>()
  const changes = Array.from(requested, ([key, value]) => {
    const change = parseChange(key, value)
    if (seen.has(change.name)) {
      throw new AttributeError(`alter duplication key. key: ${change.name}`)
    }
    seen.add(change.name)
    checkOperation(change, create, result)
    return change
  })
  for (const change of changes) applyChange(change, create, known, result)
  return result
}

interface Change {
  readonly operation: string
  readonly name: string
  readonly value: string
}

function parseChange(key: string, value: string): Change {
  const name = key.slice(1)
  if (name === '' || name.includes('+') || name.includes('-')) {
    throw new AttributeError('kv string format wrong.')
  }
  return { operation: key.charAt(0), name, value }
}

function checkOperation(
  { operation, name }: Change,
  create: boolean,
  current: ReadonlyMap<string, string>,
): void {
  if (operation === '+') return
  if (create) {
    throw new AttributeError(`only add attribute is supported while creating topic. key: ${name}`)
  }
  if (operation !== '-') throw new AttributeError(`wrong format key: ${name}`)
  if (!current.has(name)) {
    throw new AttributeError(`attempt to delete a nonexistent key: ${name}`)
  }
}

function applyChange(
  { operation, name, value }: Change,
  create: boolean,
  known: ReadonlyMap<string, AttributeSpec>,
  result: Map<string, string>,
): void {
  const spec = known.get(name)
  if (spec === undefined) throw new AttributeError(`unsupported key: ${name}`)
  if (!create && !spec.changeable) {
    throw new AttributeError(`attempt to update an unchangeable attribute. key: ${name}`)
  }
  if (operation === '-') {
    result.delete(name)
    return
  }
  spec.verify(value)
  result.set(name, value)
}
