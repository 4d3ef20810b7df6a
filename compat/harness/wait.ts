export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** Asks `condition` every `everyMs` until it holds; fails after `limitMs` naming `what`. */
export async function waitFor(
  what: string,
  limitMs: number,
  condition: () => Promise<boolean>,
  everyMs = 50,
): Promise<void> {
  const deadlineMs = Date.now() + limitMs
  while (!(await condition())) {
    if (Date.now() > deadlineMs) throw new Error(`not within ${limitMs} ms: ${what}`)
    await sleep(everyMs)
  }
}
