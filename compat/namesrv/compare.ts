import { isDeepStrictEqual } from 'node:util'
import type { Answer } from './script-runner.ts'
import type { AnswerField, ScriptStep } from './step.ts'

const FIELDS: readonly AnswerField[] = ['code', 'remark', 'extFields', 'body']
type Answers = ReadonlyMap<string, Answer>

/** In what our answer to a step is not what it should be, as text; empty when it is right. */
export function differences(step: ScriptStep, ours: Answers, apaches: Answers): string {
  const sameAs = 'sameAs' in step ? step.sameAs : undefined
  const expected = sameAs === undefined ? apaches.get(step.name) : ours.get(sameAs)
  const actual = ours.get(step.name)
  const exempt = 'differs' in step ? (step.differs?.fields ?? []) : []
  return FIELDS.filter((field) => !exempt.includes(field))
    .filter((field) => !isDeepStrictEqual(actual?.[field], expected?.[field]))
    .map((field) => {
      const [is, shouldBe] = [actual?.[field], expected?.[field]]
      return `${field}: ${JSON.stringify(is)}\n  should be: ${JSON.stringify(shouldBe)}`
    })
    .join('\n')
}
