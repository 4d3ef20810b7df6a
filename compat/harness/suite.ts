import type { Preparations } from './preparations.ts'
import type { Report } from './report.ts'
import type { BrokerLauncher, NamesrvLauncher, Pair, StandaloneLauncher } from './servers.ts'

/** Tools besides Node that a suite runs. */
export type Tool = 'java' | 'mvn' | 'go'

/** What a suite works with. */
export interface SuiteContext {
  readonly report: Report
  /** The suite's own directory, removed when it passes. */
  readonly directory: string
  /** This repository's `compat/`. */
  readonly compatDirectory: string
  readonly launchers: Launchers
  /** Shared by all suites of a run. */
  readonly preparations: Preparations
  /** A regular expression for case names. */
  readonly casePattern: string
  /** How often the kill -9 case kills. */
  readonly kills: number
}

/** The servers under test, of the chosen target. */
export interface Launchers {
  readonly namesrv: NamesrvLauncher
  readonly broker: BrokerLauncher
  /** Apache has none. */
  readonly standalone: StandaloneLauncher | undefined
  /** Apache's own, for pairs of both, of 5.3.3 unless a version is named; fetched when asked for. */
  apache(version?: string): Promise<Pair>
  /** The target's, where only a later version of Apache's has what is tested: ours are the same for all. */
  ofVersion(version: string): Promise<Pair>
}

/**
 * A group of cases that share servers. `run` reports each case; what it throws counts as a failure of the suite.
 * It has stopped all it started when it ends.
 */
export interface Suite {
  readonly name: string
  readonly tools: readonly Tool[]
  /** Run against Apache's servers too, or only against ours. */
  readonly targets: readonly Target[]
  /** Runs only when it is named by `--suite`: CI has 15 minutes. */
  readonly onRequest?: boolean
  run(context: SuiteContext): Promise<void>
}

export const TARGETS = ['ours', 'apache'] as const
export type Target = (typeof TARGETS)[number]
