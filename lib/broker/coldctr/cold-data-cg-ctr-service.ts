import type { Clock, Timer } from '../../common/clock.ts'
import type { Logger } from '../../common/logger.ts'
import type { Service } from '../../common/service.ts'
import { isSysConsumerGroupPullMessage } from '../../common/sys-consumer-group.ts'
import type { BrokerConfig } from '../../config/broker-config.ts'
import type { MessageStoreConfig } from '../../config/message-store-config.ts'
import type { ColdCtrStrategy, ColdCtrThresholds } from './cold-ctr-strategy.ts'
import { PIDAdaptiveColdCtrStrategy } from './pid-adaptive-cold-ctr-strategy.ts'
import { SimpleColdCtrStrategy } from './simple-cold-ctr-strategy.ts'

/** How long cold data is counted up before it begins anew. */
const PERIOD_MS = 5_000
/** A group that has read no cold data for so long is forgotten. */
const RESIDE_TIMEOUT_MS = 60_000
/** Ends the keys of thresholds that a strategy has set. */
const ADAPTIVE = '||adaptive'
/** Thresholds that are lowered in one period. */
const MAX_DECELERATE = 3
/** Share of globalColdReadThreshold that is aimed at. */
const EXPECTED_SHARE = 0.8

export interface ColdDataCgCtrDeps {
  readonly brokerConfig: Pick<
    BrokerConfig,
    | 'coldCtrStrategyEnable'
    | 'usePIDColdCtrStrategy'
    | 'cgColdReadThreshold'
    | 'globalColdReadThreshold'
  >
  readonly storeConfig: Pick<MessageStoreConfig, 'coldDataFlowControlEnable'>
  readonly clock: Clock
  readonly logger: Logger
}

/** What one group has read. Bytes, and milliseconds since 1970. Apache: common.coldctr.AccAndTimeStamp */
interface AccAndTimeStamp {
  coldAcc: number
  readonly createTimeMills: number
  lastColdReadTimeMills: number
}

/** What GET_COLD_DATA_FLOW_CTR_INFO tells. */
export interface ColdDataFlowCtrInfo {
  readonly runtimeTable: ReadonlyMap<string, Readonly<AccAndTimeStamp>>
  readonly configTable: ReadonlyMap<string, number>
  readonly cgColdReadThreshold: number
  readonly globalColdReadThreshold: number
  readonly globalAcc: number
}

/**
 * Counts the cold data that consumer groups read in a period, and knows how much each may. Nothing of it is kept over a restart.
 *
 * Apache: broker.coldctr.ColdDataCgCtrService
 */
export class ColdDataCgCtrService implements Service, ColdCtrThresholds {
  readonly #deps: ColdDataCgCtrDeps
  readonly #strategy: ColdCtrStrategy
  readonly #runtime = new Map<string, AccAndTimeStamp>()
  /** Bytes by group, as administrators have set them, and by group + ADAPTIVE. */
  readonly #thresholds = new Map<string, number>()
  #globalAcc = 0
  #timer: Timer | undefined

  constructor(deps: ColdDataCgCtrDeps) {
    const { usePIDColdCtrStrategy, globalColdReadThreshold } = deps.brokerConfig
    this.#deps = deps
    this.#strategy = usePIDColdCtrStrategy
      ? new PIDAdaptiveColdCtrStrategy(this, Math.trunc(globalColdReadThreshold * EXPECTED_SHARE))
      : new SimpleColdCtrStrategy(this)
  }

  start(): Promise<void> {
    this.#timer = this.#deps.clock.setInterval(() => this.#endPeriod(), PERIOD_MS)
    return Promise.resolve()
  }

  stop(): Promise<void> {
    this.#timer?.cancel()
    return Promise.resolve()
  }

  get cgColdReadThreshold(): number {
    return this.#deps.brokerConfig.cgColdReadThreshold
  }

  isGlobalColdCtr(): boolean {
    return this.#globalAcc > this.#deps.brokerConfig.globalColdReadThreshold
  }

  /** Whether a group has read as much cold data in this period as it may. */
  isCgNeedColdDataFlowCtr(group: string): boolean {
    if (!this.#deps.storeConfig.coldDataFlowControlEnable) return false
    if (isSysConsumerGroupPullMessage(group)) return false
    const read = this.#runtime.get(group)
    if (read === undefined) return false
    if (read.coldAcc >= this.#thresholdOf(group)) return true
    return this.#globalAcc >= this.#deps.brokerConfig.globalColdReadThreshold
  }

  /** A group has read `bytes` of cold data. */
  coldAcc(group: string, bytes: number): void {
    if (bytes <= 0) return
    this.#globalAcc += bytes
    const nowMs = this.#deps.clock.now()
    const read = this.#runtime.get(group)
    if (read === undefined) {
      const times = { createTimeMills: nowMs, lastColdReadTimeMills: nowMs }
      this.#runtime.set(group, { coldAcc: bytes, ...times })
    } else {
      read.coldAcc += bytes
      read.lastColdReadTimeMills = nowMs
    }
  }

  addOrUpdateGroupConfig(key: string, threshold: number): void {
    this.#thresholds.set(key, threshold)
  }

  removeGroupConfig(group: string): void {
    this.#thresholds.delete(group)
  }

  getColdDataFlowCtrInfo(): ColdDataFlowCtrInfo {
    const { cgColdReadThreshold, globalColdReadThreshold } = this.#deps.brokerConfig
    return {
      runtimeTable: this.#runtime,
      configTable: this.#thresholds,
      cgColdReadThreshold,
      globalColdReadThreshold,
      globalAcc: this.#globalAcc,
    }
  }

  #endPeriod(): void {
    const isAdaptive = this.#deps.brokerConfig.coldCtrStrategyEnable
    if (isAdaptive) this.#strategy.collect(this.#globalAcc)
    const nowMs = this.#deps.clock.now()
    for (const [group, read] of this.#runtime) {
      if (nowMs >= read.lastColdReadTimeMills + RESIDE_TIMEOUT_MS) this.#forget(group)
      else if (read.coldAcc >= this.#thresholdOf(group)) this.#atThreshold(group, read.coldAcc)
      read.coldAcc = 0
    }
    if (isAdaptive) this.#sortAndDecelerate()
    else this.#clearAdaptive()
    this.#globalAcc = 0
  }

  #forget(group: string): void {
    this.#runtime.delete(group)
    this.#thresholds.delete(group + ADAPTIVE)
  }

  #atThreshold(group: string, coldAcc: number): void {
    const threshold = this.#thresholdOf(group)
    this.#deps.logger.info({ group, coldAcc, threshold }, 'group held back, it reads cold data')
    const isAdaptive = this.#deps.brokerConfig.coldCtrStrategyEnable
    if (!isAdaptive || this.isGlobalColdCtr() || this.#thresholds.has(group)) return
    this.#strategy.promote(group + ADAPTIVE, threshold)
  }

  /** The highest ones that a strategy has set and that count. */
  #sortAndDecelerate(): void {
    const highest = [...this.#thresholds]
      .filter(([key]) => key.endsWith(ADAPTIVE) && !this.#thresholds.has(groupOf(key)))
      .sort(([, a], [, b]) => b - a)
      .slice(0, MAX_DECELERATE)
    for (const [key, threshold] of highest) this.#strategy.decelerate(key, threshold)
  }

  #clearAdaptive(): void {
    for (const key of this.#thresholds.keys()) {
      if (key.endsWith(ADAPTIVE)) this.#thresholds.delete(key)
    }
  }

  #thresholdOf(group: string): number {
    const { coldCtrStrategyEnable, cgColdReadThreshold } = this.#deps.brokerConfig
    const adaptive = coldCtrStrategyEnable ? this.#thresholds.get(group + ADAPTIVE) : undefined
    return this.#thresholds.get(group) ?? adaptive ?? cgColdReadThreshold
  }
}

function groupOf(adaptiveKey: string): string {
  return adaptiveKey.slice(0, -ADAPTIVE.length)
}
