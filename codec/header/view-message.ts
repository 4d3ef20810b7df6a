import type { HeaderOf } from '../schema.ts'
import { defineHeader, optional, required } from '../schema.ts'

/** Code 33 VIEW_MESSAGE_BY_ID; `offset` is the position in the commit log. */
export const ViewMessageRequestHeader = defineHeader('ViewMessageRequestHeader', {
  topic: optional('string'),
  offset: required('long'),
})
export type ViewMessageRequestHeader = HeaderOf<typeof ViewMessageRequestHeader>
