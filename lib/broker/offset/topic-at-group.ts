const TOPIC_GROUP_SEPARATOR = '@'

/** The key under which offsets of a group stand. */
export function topicAtGroup(topic: string, group: string): string {
  return topic + TOPIC_GROUP_SEPARATOR + group
}

/** Topic and group of a key; undefined for keys with further separators, which Apache passes over. */
export function splitTopicAtGroup(key: string): { topic: string; group: string } | undefined {
  const [topic, group, ...rest] = key.split(TOPIC_GROUP_SEPARATOR)
  if (topic === undefined || group === undefined || rest.length > 0) return undefined
  return { topic, group }
}
