const PREFIX = 'CID_RMQ_SYS_'
const NAMES: ReadonlySet<string> = new Set([
  'DEFAULT_CONSUMER',
  'TOOLS_CONSUMER',
  'SCHEDULE_CONSUMER',
  'FILTERSRV_CONSUMER',
  '__MONITOR_CONSUMER',
  'SELF_TEST_C_GROUP',
  'CID_ONS-HTTP-PROXY',
  'CID_ONSAPI_PERMISSION',
  'CID_ONSAPI_OWNER',
  'CID_ONSAPI_PULL',
])

/** Groups of Apache's own tools and services, whose pulls are neither refused nor held back. Source: common.MixAll#isSysConsumerGroupPullMessage */
export function isSysConsumerGroupPullMessage(group: string): boolean {
  return group.startsWith(PREFIX) || NAMES.has(group)
}
