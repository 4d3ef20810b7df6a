import {
  type ColdCtrStrategy,
  type ColdCtrThresholds,
  decelerated,
  promoted,
} from './cold-ctr-strategy.ts'

/** Periods that are looked back at. */
const MAX_STORE_NUMS = 10
/** Weights of the last error, of their sum and of the change between the last two. */
const KP = 0.5
const KI = 0.3
const KD = 0.2

/**
 * Keeps what all groups read close to a value: thresholds are raised while less was read in the last periods, and lowered while it
 * was more. Nothing changes in the first ten periods.
 *
 * Apache: broker.coldctr.PIDAdaptiveColdCtrStrategy
 */
export class PIDAdaptiveColdCtrStrategy implements ColdCtrStrategy {
  readonly #thresholds: ColdCtrThresholds
  readonly #expectGlobalVal: number
  /** By how many bytes less than expected was read, the last period last. */
  readonly #errors: number[] = []

  constructor(thresholds: ColdCtrThresholds, expectGlobalVal: number) {
    this.#thresholds = thresholds
    this.#expectGlobalVal = expectGlobalVal
  }

  promote(key: string, currentThreshold: number): void {
    if (this.#decisionFactor() <= 0) return
    this.#thresholds.addOrUpdateGroupConfig(key, promoted(currentThreshold))
  }

  decelerate(key: string, currentThreshold: number): void {
    if (this.#decisionFactor() >= 0) return
    const { cgColdReadThreshold } = this.#thresholds
    this.#thresholds.addOrUpdateGroupConfig(key, decelerated(currentThreshold, cgColdReadThreshold))
  }

  collect(globalAcc: number): void {
    this.#errors.push(this.#expectGlobalVal - globalAcc)
    if (this.#errors.length > MAX_STORE_NUMS) this.#errors.shift()
  }

  /** Positive: groups may read more. */
  #decisionFactor(): number {
    const [last, previous] = [this.#errors.at(-1), this.#errors.at(-2)]
    if (this.#errors.length < MAX_STORE_NUMS || last === undefined || previous === undefined)
      return 0
    const integration = this.#errors.reduce((sum, error) => sum + error, 0)
    return KP * last + KI * integration + KD * (last - previous)
  }
}
