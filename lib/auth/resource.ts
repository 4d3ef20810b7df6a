import { byName, isBlank } from './user.ts'

/** Source: common.resource.ResourceType */
export const ResourceType = {
  ANY: 'Any',
  CLUSTER: 'Cluster',
  NAMESPACE: 'Namespace',
  TOPIC: 'Topic',
  GROUP: 'Group',
} as const
export type ResourceType = (typeof ResourceType)[keyof typeof ResourceType]

/** Source: common.resource.ResourcePattern */
export const ResourcePattern = { ANY: 'ANY', LITERAL: 'LITERAL', PREFIXED: 'PREFIXED' } as const
export type ResourcePattern = (typeof ResourcePattern)[keyof typeof ResourcePattern]

/**
 * What a request touches, or what a right is about: `Topic:name`, `Topic:prefix*`, `Topic:*`, or `*` for everything.
 * Apache: auth.authorization.model.Resource
 */
export interface Resource {
  readonly type: ResourceType
  /** The name or its prefix; empty for ANY. */
  readonly name: string
  readonly pattern: ResourcePattern
}

const RETRY_PREFIX = '%RETRY%'

/** Source: remoting.protocol.NamespaceUtil#isRetryTopic */
export function isRetryTopic(topic: string): boolean {
  return topic.startsWith(RETRY_PREFIX)
}

/** Where those who answer requests send to: everybody may. Source: common.MixAll#REPLY_TOPIC_POSTFIX */
export function isReplyTopic(topic: string, clusterName: string): boolean {
  return topic === `${clusterName}_REPLY_TOPIC`
}

export function literal(type: ResourceType, name: string): Resource {
  return { type, name, pattern: ResourcePattern.LITERAL }
}

/** A group by its name or its retry topic. */
export function groupResource(name: string): Resource {
  return literal(ResourceType.GROUP, isRetryTopic(name) ? name.slice(RETRY_PREFIX.length) : name)
}

/** A topic; a retry topic is the group's. */
export function topicResource(topic: string): Resource {
  return isRetryTopic(topic) ? groupResource(topic) : literal(ResourceType.TOPIC, topic)
}

/** The resource of a key; undefined when it is none. Source: auth.authorization.model.Resource#of */
export function parseResource(key: string | undefined): Resource | undefined {
  if (key === undefined || isBlank(key)) return undefined
  if (key === '*') return { type: ResourceType.ANY, name: '', pattern: ResourcePattern.ANY }
  const colon = key.indexOf(':')
  const type = byName(Object.values(ResourceType), colon < 0 ? key : key.slice(0, colon))
  if (type === undefined) return undefined
  const name = colon < 0 ? '' : key.slice(colon + 1)
  if (name === '*') return { type, name: '', pattern: ResourcePattern.ANY }
  if (!name.endsWith('*')) return literal(type, name)
  return { type, name: name.slice(0, name.indexOf('*')), pattern: ResourcePattern.PREFIXED }
}

export function resourceKey({ type, name, pattern }: Resource): string {
  if (type === ResourceType.ANY) return '*'
  return `${type}:${name}${pattern === ResourcePattern.LITERAL ? '' : '*'}`
}

/** Whether a right about `granted` is about `requested`, which is literal. */
export function isMatch(granted: Resource, requested: Resource): boolean {
  if (granted.type === ResourceType.ANY) return true
  if (granted.type !== requested.type) return false
  switch (granted.pattern) {
    case ResourcePattern.ANY:
      return true
    case ResourcePattern.LITERAL:
      return granted.name === requested.name
    case ResourcePattern.PREFIXED:
      return requested.name.startsWith(granted.name)
  }
}
