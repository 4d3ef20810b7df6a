/** Resolves when `condition` holds; looks once in each turn of the event loop. The test's time-out is the bound. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve))
}
