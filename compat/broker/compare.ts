import { isDeepStrictEqual } from 'node:util'
import { ANSWER_FIELDS } from './step.ts'
import type { Answer, AnswerField } from './step.ts'

const SHOWN = 3000

/** In what our answer is not Apache's, as text; empty when it is the same. */
export function differences(
  exempt: readonly AnswerField[],
  ours: Answer | undefined,
  apaches: Answer | undefined,
): string {
  return ANSWER_FIELDS.filter((field) => !exempt.includes(field))
    .filter((field) => !isDeepStrictEqual(ours?.[field], apaches?.[field]))
    .map((field) => `${field}: ${shown(ours?.[field])}\n  should be: ${shown(apaches?.[field])}`)
    .join('\n')
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, SHOWN)
}
