/**
 * What suites need before they start: programs built, jars fetched. Each piece of work is done once, one at a time, whichever
 * suites ask for it: two runs of Maven at once spoil its cache.
 */
export class Preparations {
  readonly #started = new Map<string, Promise<unknown>>()
  #last: Promise<unknown> = Promise.resolve()

  /** The result of `work`, or of the first work with this key. */
  once<T>(key: string, work: () => Promise<T>): Promise<T> {
    const started = this.#started.get(key)
    if (started !== undefined) return started as Promise<T>
    const result = this.#last.then(work)
    this.#started.set(key, result)
    this.#last = result.catch(() => undefined)
    return result
  }
}
