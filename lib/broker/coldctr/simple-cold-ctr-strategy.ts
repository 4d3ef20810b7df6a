import {
  type ColdCtrStrategy,
  type ColdCtrThresholds,
  decelerated,
  promoted,
} from './cold-ctr-strategy.ts'

/**
 * Gives more to every group that comes to its threshold, and takes it back while all together read too much.
 *
 * Apache: broker.coldctr.SimpleColdCtrStrategy
 */
export class SimpleColdCtrStrategy implements ColdCtrStrategy {
  readonly #thresholds: ColdCtrThresholds

  constructor(thresholds: ColdCtrThresholds) {
    this.#thresholds = thresholds
  }

  promote(key: string, currentThreshold: number): void {
    this.#thresholds.addOrUpdateGroupConfig(key, promoted(currentThreshold))
  }

  decelerate(key: string, currentThreshold: number): void {
    if (!this.#thresholds.isGlobalColdCtr()) return
    const { cgColdReadThreshold } = this.#thresholds
    this.#thresholds.addOrUpdateGroupConfig(key, decelerated(currentThreshold, cgColdReadThreshold))
  }

  collect(): void {
    // It looks at the present period only.
  }
}
