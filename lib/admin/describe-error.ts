import { toError } from '../common/errors.ts'
import { RemotingError } from '../remoting/index.ts'

/** What failed, in one line; a server's refusal in Apache's form, of which the code tells scripts more than the words. */
export function describeError(thrown: unknown): string {
  const error = toError(thrown)
  const [line = ''] = error.message.split('\n')
  const isRefusal = error instanceof RemotingError && error.code > 0
  return isRefusal ? `CODE: ${error.code}  DESC: ${line}` : line
}
