/** What a strategy knows and changes: thresholds in bytes, by keys that the service makes. */
export interface ColdCtrThresholds {
  /** The threshold of a group that has none of its own, below which none is lowered. */
  readonly cgColdReadThreshold: number
  /** True while all groups together read more cold data than they should. */
  isGlobalColdCtr(): boolean
  addOrUpdateGroupConfig(key: string, threshold: number): void
}

/** Changes the thresholds of groups by how much cold data is read. Apache: broker.coldctr.ColdCtrStrategy */
export interface ColdCtrStrategy {
  /** The group has come to its threshold. */
  promote(key: string, currentThreshold: number): void
  /** The group's threshold is among the highest. */
  decelerate(key: string, currentThreshold: number): void
  /** Told at the end of each period how many bytes of cold data all groups have read in it. */
  collect(globalAcc: number): void
}

/** Apache's factors. */
const PROMOTION = 1.5
const DECELERATION = 0.8

export function promoted(threshold: number): number {
  return Math.trunc(threshold * PROMOTION)
}

export function decelerated(threshold: number, least: number): number {
  return Math.max(Math.trunc(threshold * DECELERATION), least)
}
