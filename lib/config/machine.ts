import { availableParallelism, homedir, hostname } from 'node:os'
import type { Machine } from './option.ts'

/** The machine that this process runs on. */
export function thisMachine(environment: Machine['environment']): Machine {
  return {
    home: homedir(),
    hostName: hostname(),
    processors: availableParallelism(),
    environment,
  }
}
