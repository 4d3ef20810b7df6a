import type { Socket } from 'node:net'
import { FrameDecoder } from '../../codec/frame.ts'

/**
 * Cuts the frames out of what a socket receives. While paused, the socket is not read and the frames of the chunk that was
 * being cut are kept back: at most a chunk of 64 KiB, or one large frame.
 */
export class IncomingFrames {
  readonly #socket: Socket
  readonly #decoder: FrameDecoder
  readonly #onFrame: (frame: Buffer) => void
  #keptBack: Buffer[] = []
  #paused = false
  #completed = 0

  constructor(socket: Socket, maxLength: number, onFrame: (frame: Buffer) => void) {
    this.#socket = socket
    this.#decoder = new FrameDecoder(maxLength)
    this.#onFrame = onFrame
  }

  get isPaused(): boolean {
    return this.#paused
  }

  /** Bytes of memory taken by a frame that is not complete. */
  get partialBytes(): number {
    return this.#decoder.pendingBytes
  }

  /** The number of the frame whose rest the peer owes us; undefined: it owes nothing, or we do not read. */
  get awaitedFrame(): number | undefined {
    return this.#paused || this.#decoder.pendingBytes === 0 ? undefined : this.#completed
  }

  /** Passes on the frames that `chunk` completes. @throws FrameError when the peer does not speak our protocol */
  push(chunk: Buffer): void {
    this.#decoder.push(chunk, this.#take)
  }

  pause(): void {
    if (this.#paused) return
    this.#paused = true
    this.#socket.pause()
  }

  /** Passes on what was kept back, then reads on, unless that has led to another pause. */
  resume(): void {
    this.#paused = false
    const frames = this.#keptBack
    this.#keptBack = []
    for (const frame of frames) this.#take(frame)
    if (!this.#paused) this.#socket.resume()
  }

  /** Forgets what was kept back. */
  clear(): void {
    this.#keptBack = []
  }

  readonly #take = (frame: Buffer): void => {
    this.#completed++
    if (this.#paused) this.#keptBack.push(frame)
    else this.#onFrame(frame)
  }
}
