import type { Logger } from '../../lib/common/logger.ts'

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly event: string
  readonly fields: Readonly<Record<string, unknown>>
}

/** Keeps what is logged, so that a test can look at it. */
export class RecordingLogger implements Logger {
  readonly lines: LogLine[] = []

  debug(fields: object, event: string): void {
    this.#add('debug', fields, event)
  }

  info(fields: object, event: string): void {
    this.#add('info', fields, event)
  }

  warn(fields: object, event: string): void {
    this.#add('warn', fields, event)
  }

  error(fields: object, event: string): void {
    this.#add('error', fields, event)
  }

  child(): this {
    return this
  }

  /** The lines of a level or above it (debug is the lowest). */
  atLeast(level: LogLine['level']): LogLine[] {
    const order = ['debug', 'info', 'warn', 'error']
    return this.lines.filter((line) => order.indexOf(line.level) >= order.indexOf(level))
  }

  #add(level: LogLine['level'], fields: object, event: string): void {
    this.lines.push({ level, event, fields: { ...fields } })
  }
}
