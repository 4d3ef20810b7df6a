import type { ScriptStep } from '../step.ts'
import { ADMINISTRATION } from './administration.ts'
import { BAD_INPUT } from './bad-input.ts'
import { LIVENESS } from './liveness.ts'
import { REGISTRATION } from './registration.ts'

/** What both NameServers are asked, in order; each step builds on those before it. */
export const SCRIPT: readonly ScriptStep[] = [
  ...REGISTRATION,
  ...ADMINISTRATION,
  ...LIVENESS,
  ...BAD_INPUT,
]
