import { BrokerStatsData } from '../../../../codec/body/broker-stats-data.ts'
import { ViewBrokerStatsDataRequestHeader } from '../../../../codec/header/view-broker-stats-data.ts'
import { RemotingCommand } from '../../../../codec/remoting-command.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { ResponseCode } from '../../../../codec/response-code.ts'
import { RemotingError, type RequestProcessor } from '../../../remoting/index.ts'
import type { BrokerStatsManager } from '../../stats/broker-stats-manager.ts'

/** VIEW_BROKER_STATS_DATA: one statistic in the last minute, hour and day. Apache: broker.processor.AdminBrokerProcessor */
export class BrokerStatsProcessor implements RequestProcessor {
  static readonly requestCodes: readonly number[] = [RequestCode.VIEW_BROKER_STATS_DATA]

  readonly #stats: Pick<BrokerStatsManager, 'getStatsItem'>

  constructor(stats: Pick<BrokerStatsManager, 'getStatsItem'>) {
    this.#stats = stats
  }

  process(request: RemotingCommand): RemotingCommand {
    const { statsName, statsKey } = ViewBrokerStatsDataRequestHeader.decode(request.extFields)
    const item = this.#stats.getStatsItem(statsName, statsKey)
    if (item === undefined) {
      const remark = `The stats <${statsName}> <${statsKey}> not exist`
      throw new RemotingError(ResponseCode.SYSTEM_ERROR, remark)
    }
    const body = BrokerStatsData.encode({
      statsMinute: item.statsDataInMinute,
      statsHour: item.statsDataInHour,
      statsDay: item.statsDataInDay,
    })
    return RemotingCommand.response(ResponseCode.SUCCESS, undefined, undefined, body)
  }
}
