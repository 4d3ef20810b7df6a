import type { HeaderOf } from '../schema.ts'
import { defineHeader, optional } from '../schema.ts'

/** Code 323 RESUME_CHECK_HALF_MESSAGE. */
export const ResumeCheckHalfMessageRequestHeader = defineHeader(
  'ResumeCheckHalfMessageRequestHeader',
  {
    topic: optional('string'),
    msgId: optional('string'),
  },
)
export type ResumeCheckHalfMessageRequestHeader = HeaderOf<
  typeof ResumeCheckHalfMessageRequestHeader
>
