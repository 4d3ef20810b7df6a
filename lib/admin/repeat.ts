import { RemotingError } from '../remoting/index.ts'
import type { AdminContext } from './command.ts'
import { describeError } from './describe-error.ts'

/**
 * Does something once, or every `seconds` until nobody reads what is printed. That a server does not answer for a while, or refuses,
 * ends the first round only: later ones complain, and the next may be better.
 */
export async function repeat(
  { clock, output }: Pick<AdminContext, 'clock' | 'output'>,
  seconds: number | undefined,
  act: () => Promise<void>,
): Promise<void> {
  await act()
  while (seconds !== undefined && !output.isClosed) {
    await new Promise<void>((resolve) => clock.setTimeout(resolve, seconds * 1_000))
    await act().catch((error: unknown) => {
      if (!(error instanceof RemotingError)) throw error
      output.complain(describeError(error))
    })
  }
}
