const GIVE_UP_MS = 9_000

/** Resolves when `condition` holds; looks once in each turn of the event loop. @throws Error when it never does */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const startMs = Date.now()
  while (!(await condition())) {
    if (Date.now() - startMs > GIVE_UP_MS)
      throw new Error(`waited in vain: ${condition.toString()}`)
    await new Promise((resolve) => setImmediate(resolve))
  }
}
