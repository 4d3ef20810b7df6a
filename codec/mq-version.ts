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
