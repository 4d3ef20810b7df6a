import { join } from 'node:path'
import { TimerMetricsSerializeWrapper } from '../../../codec/body/timer-metrics.ts'
import type { Clock } from '../../common/clock.ts'
import { DataVersion } from '../../common/data-version.ts'
import type { FileSystem } from '../../common/file-system.ts'
import { readStateFile, writeStateFileAsync } from '../../common/state-file.ts'

/** How many messages of each topic wait for their time, in memory and in config/timermetrics. Apache: store.timer.TimerMetrics */
export class TimerMetrics {
  readonly dataVersion: DataVersion
  readonly #fileSystem: FileSystem
  readonly #clock: Clock
  readonly #path: string
  readonly #timingCounts = new Map<string, { count: number; timeStamp: number }>()
  #isChanged = false

  constructor(fileSystem: FileSystem, clock: Clock, rootDirectory: string) {
    this.#fileSystem = fileSystem
    this.#clock = clock
    this.#path = join(rootDirectory, 'config', 'timermetrics')
    this.dataVersion = new DataVersion(clock)
  }

  /** Reads the file, if it is there. @throws CodecError when it is broken, and its .bak too */
  load(): void {
    const parse = (text: string) => TimerMetricsSerializeWrapper.decode(text)
    const file = readStateFile(this.#fileSystem, this.#path, parse)
    if (file === undefined) return
    for (const [topic, metric] of file.timingCount) this.#timingCounts.set(topic, { ...metric })
    this.dataVersion.assignNewOne(file.dataVersion)
  }

  addAndGet(topic: string, value: number): number {
    const timeStamp = this.#clock.now()
    const metric = this.#timingCounts.get(topic)
    const count = (metric?.count ?? 0) + value
    if (metric === undefined) this.#timingCounts.set(topic, { count, timeStamp })
    else Object.assign(metric, { count, timeStamp })
    this.dataVersion.nextVersion()
    this.#isChanged = true
    return count
  }

  /** Waiting messages by topic. */
  get timingCounts(): ReadonlyMap<string, { readonly count: number }> {
    return this.#timingCounts
  }

  getTimingCount(topic: string): number {
    return this.#timingCounts.get(topic)?.count ?? 0
  }

  removeTimingCount(topic: string): void {
    if (this.#timingCounts.delete(topic)) this.#isChanged = true
  }

  /** On a slave: what its master has counted. Source: broker.slave.SlaveSynchronize#syncTimerMetrics */
  takeOver({ dataVersion, timingCount }: TimerMetricsSerializeWrapper): void {
    if (this.dataVersion.equals(dataVersion)) return
    this.dataVersion.assignNewOne(dataVersion)
    this.#timingCounts.clear()
    for (const [topic, metric] of timingCount) this.#timingCounts.set(topic, { ...metric })
    this.#isChanged = true
  }

  get needsFlush(): boolean {
    return this.#isChanged
  }

  /** What the file holds. */
  encode(): Buffer {
    return TimerMetricsSerializeWrapper.encode({
      dataVersion: this.dataVersion.toJSON(),
      timingCount: this.#timingCounts,
    })
  }

  async persist(): Promise<void> {
    this.#isChanged = false
    try {
      await writeStateFileAsync(this.#fileSystem, this.#path, this.encode())
    } catch (error) {
      this.#isChanged = true
      throw error
    }
  }
}
