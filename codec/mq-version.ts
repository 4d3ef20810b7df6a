/**
 * Ordinals of the releases whose behaviour differs on the wire; a command carries the ordinal of its sender.
 * Source: common.MQVersion.Version
 */
export const MqVersion = {
  V3_0_7_SNAPSHOT: 28,
  V3_0_11: 37,
  V3_1_8_SNAPSHOT: 62,
  V3_4_9: 121,
  V4_1_0_SNAPSHOT: 232,
  V4_9_3: 399,
  V4_9_4: 401,
  V5_0_0: 413,
  V5_3_1: 475,
  V5_3_3: 479,
  HIGHER_VERSION: 612,
} as const

/** What we announce: our wire and disk formats are those of Apache 5.3.3. */
export const CURRENT_VERSION: number = MqVersion.V5_3_3

/** From here on each release has two ordinals, its snapshot's and its own, and ten follow one another in each place. */
const V4_0_0_SNAPSHOT = 212

/** `V5_3_3`; of all releases before 4.0.0, whose ordinals follow no rule, `V3`. Source: common.MQVersion#getVersionDesc */
export function versionName(ordinal: number): string {
  if (ordinal >= MqVersion.HIGHER_VERSION) return 'HIGHER_VERSION'
  if (ordinal < V4_0_0_SNAPSHOT) return 'V3'
  const release = 400 + Math.floor((ordinal - V4_0_0_SNAPSHOT) / 2)
  const suffix = ordinal % 2 === 0 ? '_SNAPSHOT' : ''
  return `V${[...String(release)].join('_')}${suffix}`
}
