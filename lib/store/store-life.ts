import { toError } from '../common/errors.ts'
import type { Service } from '../common/service.ts'
import { AbortFile } from './abort-file.ts'
import { FlushConsumeQueueService } from './consumequeue/flush-consume-queue-service.ts'
import { LogCut } from './recovery/log-cut.ts'
import { Recovery } from './recovery/recovery.ts'
import { StoreCheckpoint } from './store-checkpoint.ts'
import type { MessageStoreDeps, StoreParts } from './store-parts.ts'

/**
 * From the opening of a store to its end: recovers it, keeps the services running that write it behind and clean it, leaves
 * it complete on the disk.
 */
export class StoreLife implements Service {
  readonly #deps: MessageStoreDeps
  readonly #parts: StoreParts
  readonly #abortFile: AbortFile
  readonly #flushQueues: FlushConsumeQueueService
  /** While the store is open. */
  #checkpoint: StoreCheckpoint | undefined

  constructor(deps: MessageStoreDeps, parts: StoreParts) {
    this.#deps = deps
    this.#parts = parts
    const { config, clock, fileSystem, logger } = deps
    this.#abortFile = new AbortFile(fileSystem, config.storePathRootDir)
    this.#flushQueues = new FlushConsumeQueueService({
      clock,
      config,
      logger,
      queues: parts.queues,
      flushAll: () => this.#flushAll(),
    })
  }

  /** @throws StoreError when the store cannot be opened without losing data, and what the file system says */
  async start(): Promise<void> {
    const { config, fileSystem, logger, processId } = this.#deps
    const { log, queues, cleaner, stats, haService } = this.#parts
    fileSystem.makeDirectory(config.storePathRootDir)
    const lastExitOk = !this.#abortFile.exists
    this.#checkpoint = new StoreCheckpoint(fileSystem, config.storePathRootDir)
    log.files.load(lastExitOk)
    queues.load(lastExitOk)
    const cut = new LogCut(fileSystem, config.storePathRootDir, logger)
    const isCut = cut.run(log.files, config.brokerRole === 'SLAVE')
    await this.#recover(this.#checkpoint, lastExitOk && !isCut)
    if (isCut) cut.done()
    this.#abortFile.create(processId)
    log.start()
    this.#flushQueues.start()
    cleaner.start()
    stats.start()
    await haService?.start()
  }

  async #recover(checkpoint: StoreCheckpoint, lastExitOk: boolean): Promise<void> {
    const { config, clock, logger } = this.#deps
    const { log, dispatchers, queues, index, delayLevels, flusher, reput } = this.#parts
    const recovery = new Recovery({
      config,
      clock,
      logger,
      files: log.files,
      dispatchers,
      queues,
      checkpoint,
      delayLevels,
      followers: [index],
    })
    const { endOffset, storeTimestamp, lastRecordOffset } = await recovery.run(lastExitOk)
    log.begin(endOffset, storeTimestamp, lastRecordOffset)
    for (const { topic, queueId, maxOffset } of queues.queues()) {
      log.queueOffsets.set(topic, queueId, maxOffset)
    }
    flusher.dispatched(storeTimestamp)
    reput.start(endOffset)
  }

  async #flushAll(): Promise<void> {
    if (this.#checkpoint !== undefined) await this.#parts.flusher.flush(this.#checkpoint)
  }

  async stop(): Promise<void> {
    const checkpoint = this.#checkpoint
    if (checkpoint === undefined) return
    this.#checkpoint = undefined
    const { log, queues, index, reput, flusher, cleaner, stats, haService } = this.#parts
    stats.stop()
    log.fail('the store is shut down')
    try {
      await haService?.stop()
      await cleaner.stop()
      await log.stop()
      reput.notify()
      await reput.stop()
      await this.#flushQueues.stop()
      await flusher.flush(checkpoint)
      if (reput.behindBytes <= 0) this.#abortFile.remove()
    } catch (error) {
      this.#deps.logger.error({ err: toError(error) }, 'the store could not be stopped cleanly')
    } finally {
      log.files.close()
      queues.close()
      index.close()
    }
  }
}
