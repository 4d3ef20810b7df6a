import fs from 'node:fs'

const TAIL_LINES = 25
const LINE_LIMIT = 400

/** Prints one line per case, the logs of suites with a failure, and the totals. */
export class Report {
  #passed = 0
  #failed = 0
  #skipped = 0

  get failed(): number {
    return this.#failed
  }

  passed(suite: string, name: string, ms: number): void {
    this.#passed++
    this.note(`pass  ${suite}  ${name}  (${ms} ms)`)
  }

  fail(suite: string, name: string, reason: string): void {
    this.#failed++
    this.note(`FAIL  ${suite}  ${name}\n${indent(reason)}`)
  }

  /** Adds the counts of a part. */
  add(part: Report): void {
    this.#passed += part.#passed
    this.#failed += part.#failed
    this.#skipped += part.#skipped
  }

  skip(suite: string, reason: string): void {
    this.#skipped++
    this.note(`skip  ${suite}  ${reason}`)
  }

  note(text: string): void {
    process.stdout.write(`${text}\n`)
  }

  /** The end of each log that has something in it. */
  tails(files: readonly string[]): void {
    for (const file of files) {
      if (!fs.existsSync(file)) continue
      const all = fs.readFileSync(file, 'utf8').trimEnd().split('\n')
      const lines = all.slice(-TAIL_LINES).map((line) => line.slice(0, LINE_LIMIT))
      this.note(`---- ${file}\n${indent(lines.join('\n'))}`)
    }
  }

  /** The summary, alone on its line. */
  summary(): void {
    if (this.#skipped > 0) this.note(`${this.#skipped} skipped`)
    this.note(`${this.#passed} passed, ${this.#failed} failed`)
  }
}

function indent(text: string): string {
  return text.replace(/^/gm, '      ')
}
