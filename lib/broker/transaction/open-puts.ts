import type { MessageExt } from '../../../codec/message/message.ts'

/** Told that a half message was put elsewhere, or with false that the store has refused that. */
export type HalfPutCallback = (half: MessageExt, isDone: boolean) => void

/** Waits for puts of half messages that are under way side by side. */
export class OpenPuts {
  readonly #ended: Promise<void>
  #resolve: () => void = () => undefined
  /** Those without an answer, and one more until `end`. */
  #open = 1
  #firstRefused: number | undefined

  constructor() {
    this.#ended = new Promise((resolve) => {
      this.#resolve = resolve
    })
  }

  /** Each `begin` is followed by a call of `onAnswer`. */
  begin(): void {
    this.#open++
  }

  readonly onAnswer: HalfPutCallback = ({ queueOffset }, isDone) => {
    if (!isDone) this.#firstRefused = Math.min(this.#firstRefused ?? Infinity, queueOffset)
    this.#close()
  }

  /** No more follow. Resolves with the first half message that was refused, by its queue offset, when all are answered. */
  async end(): Promise<number | undefined> {
    this.#close()
    await this.#ended
    return this.#firstRefused
  }

  #close(): void {
    if (--this.#open === 0) this.#resolve()
  }
}
