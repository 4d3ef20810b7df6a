import type { DispatchRequest } from './dispatch-request.ts'

/**
 * A follower of the log: something derived from it, message by message, in order. A message may come a second time after a
 * failure or in recovery; a follower that has it already ignores it.
 *
 * Apache: store.CommitLogDispatcher
 */
export interface CommitLogDispatcher {
  readonly name: string
  /** @throws what keeps the follower from taking the message; it is given to it again later */
  dispatch(request: DispatchRequest): void
}
