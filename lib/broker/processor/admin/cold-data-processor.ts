import { stringifyJson } from '../../../../codec/fastjson-writer.ts'
import { RemotingCommand } from '../../../../codec/remoting-command.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { ResponseCode } from '../../../../codec/response-code.ts'
import type { Logger } from '../../../common/logger.ts'
import { type Channel, RemotingError, type RequestProcessor } from '../../../remoting/index.ts'
import type { ColdDataCgCtrService } from '../../coldctr/cold-data-cg-ctr-service.ts'
import { string2Properties } from './string-to-properties.ts'

export interface ColdDataDeps {
  readonly coldDataCgCtrService: Pick<
    ColdDataCgCtrService,
    'addOrUpdateGroupConfig' | 'removeGroupConfig' | 'getColdDataFlowCtrInfo'
  >
  /** Changed in memory, not in the file, as in Apache. */
  readonly storeConfig: { dataReadAheadEnable: boolean }
  readonly logger: Logger
}

/** Source: common.constant.FIleReadaheadMode#READ_AHEAD_MODE */
const READ_AHEAD_MODE = 'READ_AHEAD_MODE'
/** Source: store.util.LibC */
const MADV_NORMAL = 0
const MADV_RANDOM = 1

/**
 * The bounds of groups that read cold data, and whether the store reads ahead.
 *
 * Apache: broker.processor.AdminBrokerProcessor#updateColdDataFlowCtrGroupConfig and the three methods after it
 */
export class ColdDataProcessor implements RequestProcessor {
  static readonly requestCodes: readonly number[] = [
    RequestCode.UPDATE_COLD_DATA_FLOW_CTR_CONFIG,
    RequestCode.REMOVE_COLD_DATA_FLOW_CTR_CONFIG,
    RequestCode.GET_COLD_DATA_FLOW_CTR_INFO,
    RequestCode.SET_COMMITLOG_READ_MODE,
  ]

  readonly #deps: ColdDataDeps

  constructor(deps: ColdDataDeps) {
    this.#deps = deps
  }

  process(request: RemotingCommand, channel: Channel): RemotingCommand {
    const caller = channel.remoteHost.toString()
    const { code } = request
    if (code === RequestCode.GET_COLD_DATA_FLOW_CTR_INFO) return this.#getColdDataFlowCtrInfo()
    this.#deps.logger.info({ code, caller }, 'control of cold data is changed')
    switch (code) {
      case RequestCode.UPDATE_COLD_DATA_FLOW_CTR_CONFIG:
        return this.#updateGroups(request)
      case RequestCode.REMOVE_COLD_DATA_FLOW_CTR_CONFIG:
        return this.#removeGroup(request)
      default:
        return this.#setCommitLogReadaheadMode(request)
    }
  }

  /** Values that are no numbers are passed over. */
  #updateGroups({ body }: RemotingCommand): RemotingCommand {
    const entries = body === undefined ? [] : string2Properties(body)
    for (const [group, text] of entries) {
      const threshold = parseThreshold(text)
      if (threshold === undefined) {
        this.#deps.logger.error({ group, text }, 'threshold for cold data is no number')
      } else {
        this.#deps.coldDataCgCtrService.addOrUpdateGroupConfig(group, threshold)
      }
    }
    return RemotingCommand.response(ResponseCode.SUCCESS)
  }

  #removeGroup({ body }: RemotingCommand): RemotingCommand {
    if (body !== undefined) {
      this.#deps.coldDataCgCtrService.removeGroupConfig(body.toString('utf8'))
    }
    return RemotingCommand.response(ResponseCode.SUCCESS)
  }

  #getColdDataFlowCtrInfo(): RemotingCommand {
    const info = this.#deps.coldDataCgCtrService.getColdDataFlowCtrInfo()
    const runtimeTable = new Map(
      [...info.runtimeTable].map(([group, read]) => [group, { ...read }]),
    )
    const body = Buffer.from(stringifyJson({ ...info, runtimeTable }))
    return RemotingCommand.response(ResponseCode.SUCCESS, undefined, undefined, body)
  }

  #setCommitLogReadaheadMode({ extFields }: RemotingCommand): RemotingCommand {
    if (extFields === undefined) {
      const remark = 'set commitlog readahead mode param error'
      throw new RemotingError(ResponseCode.SYSTEM_ERROR, remark)
    }
    const text = extFields[READ_AHEAD_MODE] ?? ''
    if (!/^[+-]?\d+$/.test(text)) {
      throw new RemotingError(ResponseCode.SYSTEM_ERROR, 'set commitlog readahead mode failed')
    }
    const mode = Number(text)
    if (mode !== MADV_RANDOM && mode !== MADV_NORMAL) {
      const remark = 'set commitlog readahead mode param value error'
      throw new RemotingError(ResponseCode.INVALID_PARAMETER, remark)
    }
    this.#deps.storeConfig.dataReadAheadEnable = mode === MADV_NORMAL
    const remark = `set commitlog readahead mode success, mode: ${mode}`
    return RemotingCommand.response(ResponseCode.SUCCESS, remark)
  }
}

/** Bytes; undefined for what is no int64. */
function parseThreshold(text: string): number | undefined {
  if (!/^[+-]?\d+$/.test(text) || BigInt.asIntN(64, BigInt(text)) !== BigInt(text)) return undefined
  return Math.min(Number(text), Number.MAX_SAFE_INTEGER)
}
