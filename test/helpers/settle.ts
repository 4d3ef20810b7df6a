/** Resolves when all promises that are ready have run, and what they made ready in turn. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
