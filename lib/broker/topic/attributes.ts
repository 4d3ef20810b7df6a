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

/** Milliseconds, -1 for unset. Kept for tiered storage, nothing here reads it. */
const reserveTime: AttributeSpec = {
  changeable: true,
  verify(value) {
    if (!/^[+-]?\d{1,19}$/.test(value)) throw new AttributeError(`For input string: "${value}"`)
    const number = BigInt(value.replace('+', ''))
    if (number >= -1n && number <= LONG_MAX) return
    throw new AttributeError(`value is not in range(-1, ${LONG_MAX.toString()})`)
  },
}

/** Source: common.TopicAttributes */
export const TOPIC_ATTRIBUTES: ReadonlyMap<string, AttributeSpec> = new Map([
  ['queue.type', enumAttribute(false, ['BatchCQ', 'SimpleCQ'])],
  ['cleanup.policy', enumAttribute(false, ['DELETE', 'COMPACTION'])],
  [
    'message.type',
    enumAttribute(true, ['UNSPECIFIED', 'TRANSACTION', 'FIFO', 'MIXED', 'DELAY', 'NORMAL']),
  ],
  ['reserve.time', reserveTime],
])

/** Groups have none yet. Source: remoting.protocol.subscription.SubscriptionGroupAttributes is empty */
export const SUBSCRIPTION_GROUP_ATTRIBUTES: ReadonlyMap<string, AttributeSpec> = new Map()

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
