/** Bits of a pull's sysFlag. Source: common.sysflag.PullSysFlag */
const FLAG_COMMIT_OFFSET = 1
const FLAG_SUSPEND = 2
const FLAG_SUBSCRIPTION = 4

/** The header's commitOffset is to be stored. */
export function hasCommitOffsetFlag(sysFlag: number): boolean {
  return (sysFlag & FLAG_COMMIT_OFFSET) !== 0
}

export function withoutCommitOffsetFlag(sysFlag: number): number {
  return sysFlag & ~FLAG_COMMIT_OFFSET
}

/** The pull may be held until there are messages. */
export function hasSuspendFlag(sysFlag: number): boolean {
  return (sysFlag & FLAG_SUSPEND) !== 0
}

export function withoutSuspendFlag(sysFlag: number): number {
  return sysFlag & ~FLAG_SUSPEND
}

/** The header's subscription counts, not the one of the heartbeat. */
export function hasSubscriptionFlag(sysFlag: number): boolean {
  return (sysFlag & FLAG_SUBSCRIPTION) !== 0
}
