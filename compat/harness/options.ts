import os from 'node:os'
import { parseArgs } from 'node:util'
import { type Suite, TARGETS, type Target } from './suite.ts'

/** What `run.ts` is asked for. */
export interface Options {
  readonly target: Target
  readonly suites: readonly Suite[]
  readonly casePattern: string
  readonly kills: number
  readonly keep: boolean
  /** How many suites run at once. */
  readonly jobs: number
}

/** Suites wait more than they work; Apache's servers work more. */
const DEFAULT_JOBS: Readonly<Record<Target, number>> = {
  ours: Math.min(3, os.availableParallelism() + 1),
  apache: 1,
}
const DEFAULT_KILLS: Readonly<Record<Target, number>> = { ours: 20, apache: 3 }

export const USAGE = `node build/compat/run.js [--target ours|apache] [--suite NAME]... [--case REGEX] [--kills N] [--jobs N] [--keep]`

/**
 * A suite is chosen by its name, or several by the beginning of theirs: `java` means all Java versions. Without a name all run but those
 * that wait to be named.
 * @throws Error with a line for the user
 */
export function parseOptions(args: readonly string[], known: readonly Suite[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      target: { type: 'string', default: 'ours' },
      suite: { type: 'string', multiple: true },
      case: { type: 'string', default: '.*' },
      kills: { type: 'string' },
      jobs: { type: 'string' },
      keep: { type: 'boolean', default: false },
    },
  })
  const target = TARGETS.find((name) => name === values.target)
  if (target === undefined) throw new Error(`--target is one of ${TARGETS.join(', ')}`)
  const suites =
    values.suite?.flatMap((name) => suitesNamed(name, known)) ??
    known.filter(({ onRequest }) => onRequest !== true)
  return {
    target,
    suites: suites.filter((suite) => suite.targets.includes(target)),
    casePattern: values.case,
    kills: values.kills === undefined ? DEFAULT_KILLS[target] : Number(values.kills),
    keep: values.keep,
    jobs: values.jobs === undefined ? DEFAULT_JOBS[target] : Number(values.jobs),
  }
}

function suitesNamed(name: string, known: readonly Suite[]): Suite[] {
  const exact = known.filter((suite) => suite.name === name)
  const chosen =
    exact.length > 0 ? exact : known.filter((suite) => suite.name.startsWith(`${name}-`))
  if (chosen.length > 0) return chosen
  throw new Error(`--suite is one of ${known.map((suite) => suite.name).join(', ')}`)
}
