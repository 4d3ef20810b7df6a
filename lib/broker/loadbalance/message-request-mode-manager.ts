import { join } from 'node:path'
import {
  MessageRequestModeSerializeWrapper,
  type SetMessageRequestModeRequestBody,
} from '../../../codec/body/query-assignment.ts'
import type { FileSystem } from '../../common/file-system.ts'
import type { Logger } from '../../common/logger.ts'
import { getOrAdd } from '../../common/maps.ts'
import { readStateFile, writeStateFile } from '../../common/state-file.ts'
import type { MessageStoreConfig } from '../../config/message-store-config.ts'

export interface MessageRequestModeManagerDeps {
  readonly storeConfig: Pick<MessageStoreConfig, 'storePathRootDir'>
  readonly fileSystem: FileSystem
  readonly logger: Logger
}

/**
 * Which groups shall pull and which shall pop which topics, in memory and in config/messageRequestMode.json.
 *
 * Apache: broker.loadbalance.MessageRequestModeManager
 */
export class MessageRequestModeManager {
  readonly #path: string
  readonly #fileSystem: FileSystem
  readonly #logger: Logger
  /** By topic and group. */
  #modes = new Map<string, Map<string, SetMessageRequestModeRequestBody>>()

  constructor({ storeConfig, fileSystem, logger }: MessageRequestModeManagerDeps) {
    this.#path = join(storeConfig.storePathRootDir, 'config', 'messageRequestMode.json')
    this.#fileSystem = fileSystem
    this.#logger = logger
  }

  /** Reads messageRequestMode.json, if it is there. @throws CodecError when it is broken, and its .bak too */
  load(): void {
    const parse = (text: string) => MessageRequestModeSerializeWrapper.decode(text)
    const file = readStateFile(this.#fileSystem, this.#path, parse)
    if (file !== undefined) this.#modes = file.messageRequestModeMap
  }

  /** Becomes the same as the master's. */
  takeOver(modes: Map<string, Map<string, SetMessageRequestModeRequestBody>>): void {
    this.#modes = modes
    this.#persist()
  }

  /** Sets a mode and writes the file. */
  setMessageRequestMode(mode: SetMessageRequestModeRequestBody): void {
    const { topic, consumerGroup } = mode
    getOrAdd(this.#modes, topic, () => new Map()).set(consumerGroup, mode)
    this.#logger.info({ ...mode }, 'message request mode set')
    this.#persist()
  }

  #persist(): void {
    writeStateFile(this.#fileSystem, this.#path, this.encode(true))
  }

  getMessageRequestMode(
    topic: string,
    group: string,
  ): SetMessageRequestModeRequestBody | undefined {
    return this.#modes.get(topic)?.get(group)
  }

  /** What messageRequestMode.json holds. */
  encode(pretty = false): Buffer {
    const messageRequestModeMap = this.#modes
    return MessageRequestModeSerializeWrapper.encode({ messageRequestModeMap }, { pretty })
  }
}
