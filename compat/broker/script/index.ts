import type { ScriptStep } from '../step.ts'
import { ACCESS } from './access.ts'
import { ADMINISTRATION, DELETIONS } from './administration.ts'
import { BAD_FRAMES } from './bad-frames.ts'
import { CLIENTS, GOODBYES } from './clients.ts'
import { COLD_DATA, NOTHING_COLD, WARMED } from './cold-data.ts'
import { OFFSETS } from './offsets.ts'
import { POPPING } from './popping.ts'
import { PULLING } from './pulling.ts'
import { SENDING } from './sending.ts'
import { TIMERS } from './timers.ts'
import { TOOLS } from './tools.ts'

/** What both brokers are asked, in order; each step builds on those before it. */
export const SCRIPT: readonly ScriptStep[] = [
  ...NOTHING_COLD,
  ...SENDING,
  ...COLD_DATA,
  ...PULLING,
  ...WARMED,
  ...POPPING,
  ...CLIENTS,
  ...OFFSETS,
  ...TIMERS,
  ...TOOLS,
  ...GOODBYES,
  ...ADMINISTRATION,
  ...ACCESS,
  ...DELETIONS,
  ...BAD_FRAMES,
]
