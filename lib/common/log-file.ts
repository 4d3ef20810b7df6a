import { join } from 'node:path'
import type { Clock, Timer } from './clock.ts'
import { errorCode } from './errors.ts'
import type { FileSystem } from './file-system.ts'

/** What a log file needs of pino's destination: lines are written in the background, in order, whole. */
export interface LogStream {
  write(line: string): unknown
  /** Writes what waits, then closes. */
  end(): void
  /** Closes without writing what waits. */
  destroy(): void
  on(event: 'error', listener: (error: Error) => void): unknown
  /** `drain`: all is written; `drop`: too much waits, a line was refused. */
  on(event: 'close' | 'drain' | 'drop', listener: () => void): unknown
}

export interface LogFileOptions {
  readonly directory: string
  /** Name of the file without `.log`. */
  readonly name: string
  readonly fileSystem: FileSystem
  readonly clock: Clock
  /** Opens a file for appending. @throws Node's errors */
  readonly openStream: (path: string) => LogStream
  /** Told once when lines can no longer be written, in words for a terminal. */
  readonly onFailed: (text: string) => void
  /** Told when lines can be written again after some were not; how many, at most. */
  readonly onLost: (lines: number) => void
  /** A file that would become longer is set aside first. */
  readonly maxBytes?: number
  /** How many files are kept aside. */
  readonly maxFiles?: number
}

/** As Apache's appender. */
const MAX_BYTES = 128 * 1024 * 1024
/** Apache keeps 5 to 20, compressed. */
const MAX_FILES = 10
/** How long lines are dropped after a failure, before the file is opened again. */
const RETRY_MS = 5000
const LINE_END = 0x0a

/**
 * The log of a server: `NAME.log`, and aside `otherdays/NAME.1.log`, the newest, to `otherdays/NAME.10.log`. A line is in one file,
 * whole. A disk that fails or is full costs lines, and nothing else: writing never throws and never waits. Every file
 * has a stream of its own, which ends when its last line is written, so that renaming waits for nothing.
 * Source: broker/src/main/resources/rmq.broker.logback.xml
 */
export class LogFile {
  readonly #options: LogFileOptions
  readonly #path: string
  readonly #maxBytes: number
  #stream: LogStream | undefined
  #bytes = 0
  #isFailing = false
  /** Handed to the stream since it last had nothing to do. */
  #waitingLines = 0
  #lostLines = 0
  #retry: Timer | undefined

  /** @throws Error in one line, when the file cannot be opened */
  constructor(options: LogFileOptions) {
    this.#options = options
    this.#path = join(options.directory, `${options.name}.log`)
    this.#maxBytes = options.maxBytes ?? MAX_BYTES
    try {
      this.#stream = this.#open()
    } catch (error) {
      throw new Error(this.#describe(error), { cause: error })
    }
  }

  /** Takes one line with its end. */
  write(line: string): void {
    const bytes = Buffer.byteLength(line)
    if (this.#bytes > 0 && this.#bytes + bytes > this.#maxBytes) this.#roll()
    if (this.#stream === undefined) {
      this.#lostLines++
      return
    }
    this.#bytes += bytes
    this.#waitingLines++
    this.#stream.write(line)
  }

  /** Goes on in a new file when somebody has moved the present one away. */
  reopen(): void {
    this.#replaceStream(() => this.#open())
  }

  /** Resolves when all is written, or cannot be. */
  async close(): Promise<void> {
    this.#retry?.cancel()
    const stream = this.#stream
    this.#stream = undefined
    if (stream === undefined) return
    await new Promise<void>((resolve) => {
      stream.on('close', resolve)
      stream.on('error', () => resolve())
      stream.end()
    })
  }

  #open(): LogStream {
    const { directory, fileSystem, openStream } = this.#options
    fileSystem.makeDirectory(directory)
    const stream = openStream(this.#path)
    stream.on('error', (error) => this.#fail(stream, error))
    stream.on('drain', () => this.#drained(stream))
    stream.on('drop', () => this.#lostLines++)
    this.#bytes = fileSystem.stat(this.#path)?.size ?? 0
    if (this.#endsWithinLine()) stream.write('\n')
    return stream
  }

  /** Whether a process was killed, or a disk became full, in the middle of a line. */
  #endsWithinLine(): boolean {
    if (this.#bytes === 0) return false
    const file = this.#options.fileSystem.open(this.#path, 'r')
    try {
      const last = Buffer.of(LINE_END)
      file.readSync(last, this.#bytes - 1)
      return last[0] !== LINE_END
    } finally {
      file.close()
    }
  }

  #roll(): void {
    this.#replaceStream(() => {
      this.#setAside()
      return this.#open()
    })
  }

  /** The present stream stays where there is no new one; setting its file aside is tried again when as much has been written. */
  #replaceStream(open: () => LogStream): void {
    const previous = this.#stream
    try {
      this.#stream = open()
      this.#retry?.cancel()
      previous?.end()
    } catch (error) {
      this.#bytes = 0
      this.#tellFailure(error)
    }
  }

  /** The oldest file goes in the background: a disk takes its time to give back the space. */
  #setAside(): void {
    const { directory, name, fileSystem, maxFiles = MAX_FILES } = this.#options
    const aside = (index: number) => join(directory, 'otherdays', `${name}.${index}.log`)
    fileSystem.makeDirectory(join(directory, 'otherdays'))
    for (let index = maxFiles; index > 0; index--) {
      if (fileSystem.exists(aside(index))) fileSystem.rename(aside(index), aside(index + 1))
    }
    if (fileSystem.exists(this.#path)) fileSystem.rename(this.#path, aside(1))
    fileSystem.unlink(aside(maxFiles + 1)).catch((error: unknown) => this.#tellFailure(error))
  }

  /** A stream that has failed is given up with what waits in it: it would neither drop nor end by itself. */
  #fail(stream: LogStream, error: Error): void {
    stream.destroy()
    if (stream !== this.#stream) return
    this.#stream = undefined
    this.#lostLines += this.#waitingLines
    this.#waitingLines = 0
    this.#tellFailure(error)
    this.#retryLater()
  }

  #retryLater(): void {
    this.#retry = this.#options.clock.setTimeout(() => {
      this.reopen()
      if (this.#stream === undefined) this.#retryLater()
    }, RETRY_MS)
  }

  #drained(stream: LogStream): void {
    if (stream !== this.#stream) return
    this.#waitingLines = 0
    this.#isFailing = false
    if (this.#lostLines === 0) return
    const lines = this.#lostLines
    this.#lostLines = 0
    this.#options.onLost(lines)
  }

  #tellFailure(error: unknown): void {
    if (this.#isFailing) return
    this.#isFailing = true
    this.#options.onFailed(this.#describe(error))
  }

  #describe(error: unknown): string {
    return `cannot write the log file ${this.#path}: ${errorCode(error) ?? String(error)}`
  }
}
