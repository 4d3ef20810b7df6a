import type { AdminContext } from './command.ts'

/** Does something once, or every `seconds` until nobody reads what is printed. */
export async function repeat(
  { clock, output }: AdminContext,
  seconds: number | undefined,
  act: () => Promise<void>,
): Promise<void> {
  await act()
  while (seconds !== undefined && !output.isClosed) {
    await new Promise<void>((resolve) => clock.setTimeout(resolve, seconds * 1_000))
    await act()
  }
}
