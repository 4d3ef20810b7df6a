/** A file that can be opened again after it has been closed. */
export interface ClosableFile {
  /** False when it is in use and stays open. */
  tryClose(): boolean
}

/**
 * Keeps the number of open files bounded: the one that has not been used for longest is closed first. Files in use stay
 * open, so that the limit may be passed for a moment.
 */
export class OpenFiles {
  readonly #limit: number
  /** In the order of their last use. */
  readonly #files = new Set<ClosableFile>()

  constructor(limit: number) {
    this.#limit = limit
  }

  get count(): number {
    return this.#files.size
  }

  /** Notes that `file` is open and in use now. */
  use(file: ClosableFile): void {
    this.#files.delete(file)
    this.#files.add(file)
    if (this.#files.size > this.#limit) this.#closeOldest(file)
  }

  forget(file: ClosableFile): void {
    this.#files.delete(file)
  }

  #closeOldest(except: ClosableFile): void {
    for (const file of this.#files) {
      if (file !== except && file.tryClose()) {
        this.#files.delete(file)
        return
      }
    }
  }
}
