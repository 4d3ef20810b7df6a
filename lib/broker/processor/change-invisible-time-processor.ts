import {
  ChangeInvisibleTimeRequestHeader,
  ChangeInvisibleTimeResponseHeader,
} from '../../../codec/header/change-invisible-time.ts'
import { ExtraInfo } from '../../../codec/pop-extra-info.ts'
import { RemotingCommand } from '../../../codec/remoting-command.ts'
import { ResponseCode } from '../../../codec/response-code.ts'
import type { Clock } from '../../common/clock.ts'
import type { Channel, RequestProcessor } from '../../remoting/index.ts'
import type { MessageStore } from '../../store/types.ts'
import type { BrokerStatsManager } from '../stats/broker-stats-manager.ts'
import type { ConsumerOffsetManager } from '../offset/consumer-offset-manager.ts'
import type { ConsumerOrderInfoManager } from '../pop/consumer-order-info-manager.ts'
import type { PopBufferMergeService } from '../pop/pop-buffer-merge-service.ts'
import { newCheckPoint } from '../pop/pop-check-point.ts'
import type { ReviveLog } from '../pop/revive-log.ts'
import { isOfLiteTopic, type LiteAcks, type LiteHeader } from './lite/lite-acks.ts'
import { orRefusal } from './pop/held-requests.ts'
import type { PopChecks } from './pop/pop-checks.ts'

export interface ChangeInvisibleTimeDeps {
  readonly messageStore: Pick<MessageStore, 'getMinOffsetInQueue' | 'getMaxOffsetInQueue'>
  readonly checks: PopChecks
  readonly brokerStatsManager: Pick<BrokerStatsManager, 'gets'>
  readonly consumerOffsetManager: Pick<ConsumerOffsetManager, 'queryOffset'>
  readonly orderInfo: ConsumerOrderInfoManager
  readonly liteAcks: Pick<LiteAcks, 'changeInvisibleTime'>
  readonly buffer: PopBufferMergeService
  readonly reviveLog: ReviveLog
  readonly clock: Clock
}

/** What Apache's header and remark hold where nothing was set. */
const NO_RESULT = { popTime: 0, invisibleTime: 0, reviveQid: 0 }
const NO_REMARK = 'not set any response code'

/**
 * CHANGE_MESSAGE_INVISIBLETIME: a message that was popped becomes visible at another time. It gets a check point of its own,
 * and is acknowledged in the old one.
 *
 * Apache: broker.processor.ChangeInvisibleTimeProcessor
 */
export class ChangeInvisibleTimeProcessor implements RequestProcessor {
  readonly #deps: ChangeInvisibleTimeDeps

  constructor(deps: ChangeInvisibleTimeDeps) {
    this.#deps = deps
  }

  async process(request: RemotingCommand, channel: Channel): Promise<RemotingCommand | undefined> {
    const header = ChangeInvisibleTimeRequestHeader.decode(request.extFields)
    const refused = ChangeInvisibleTimeResponseHeader.encode(NO_RESULT)
    return orRefusal(refused, () => {
      this.#deps.checks.checkQueue(header, channel)
      return isOfLiteTopic(header) ? this.#changeLite(header) : this.#change(header)
    })
  }

  async #change(header: ChangeInvisibleTimeRequestHeader): Promise<RemotingCommand> {
    const { topic, queueId, offset, extraInfo } = header
    const { messageStore } = this.#deps
    const minOffset = Math.max(messageStore.getMinOffsetInQueue(topic, queueId), 0)
    if (offset < minOffset || offset >= messageStore.getMaxOffsetInQueue(topic, queueId)) {
      return answer(ResponseCode.NO_MESSAGE)
    }
    const info = new ExtraInfo(extraInfo)
    if (info.isOrder) return this.#changeOrderly(header, info)
    return this.#appendCheckPointThenAckOrigin(header, info)
  }

  #changeLite(header: LiteHeader<ChangeInvisibleTimeRequestHeader>): RemotingCommand {
    const changed = this.#deps.liteAcks.changeInvisibleTime(header)
    if (changed === 'NO_MESSAGE') return answer(ResponseCode.NO_MESSAGE)
    return answer(ResponseCode.SUCCESS, changed)
  }

  #changeOrderly(header: ChangeInvisibleTimeRequestHeader, info: ExtraInfo): RemotingCommand {
    const { topic, consumerGroup: group, queueId, offset, invisibleTime } = header
    const { consumerOffsetManager, orderInfo, clock } = this.#deps
    const { popTime, reviveQid } = info
    if (offset < consumerOffsetManager.queryOffset(group, topic, queueId))
      return answer(ResponseCode.SUCCESS)
    const visibleMs = clock.now() + invisibleTime
    orderInfo.updateNextVisibleTime(topic, group, queueId, offset, popTime, visibleMs)
    const changed = { popTime, invisibleTime: visibleMs - popTime, reviveQid }
    return answer(ResponseCode.SUCCESS, changed)
  }

  async #appendCheckPointThenAckOrigin(
    header: ChangeInvisibleTimeRequestHeader,
    info: ExtraInfo,
  ): Promise<RemotingCommand> {
    const { topic, consumerGroup: group, queueId, offset, invisibleTime } = header
    const { reviveLog, clock } = this.#deps
    const { reviveQid, brokerName } = info
    const popTime = clock.now()
    const place = { group, topic, queueId, startOffset: offset, brokerName }
    const ck = newCheckPoint({ ...place, popTime, invisibleTime, offsets: [offset] })
    const isStored = await new Promise<boolean>((resolve) =>
      reviveLog.putCheckPoint(ck, reviveQid, resolve),
    )
    if (!isStored) return answer(ResponseCode.SYSTEM_ERROR)
    const { gets } = this.#deps.brokerStatsManager
    gets.incGroupCkNums(group, topic, 1)
    gets.incGroupAckNums(group, topic, 1)
    await this.#ackOrigin(header, info)
    return answer(ResponseCode.SUCCESS, { popTime, invisibleTime, reviveQid })
  }

  async #ackOrigin(
    { topic, consumerGroup, queueId, offset }: ChangeInvisibleTimeRequestHeader,
    { ckQueueOffset: so, popTime: pt, invisibleTime, reviveQid, brokerName: bn }: ExtraInfo,
  ): Promise<void> {
    const { buffer, reviveLog } = this.#deps
    const ack = { ao: offset, so, c: consumerGroup, t: topic, q: queueId, pt, bn }
    if (buffer.addAk(ack)) return
    await new Promise<boolean>((resolve) =>
      reviveLog.putAck(ack, reviveQid, pt + invisibleTime, resolve),
    )
  }
}

function answer(code: ResponseCode, header = NO_RESULT): RemotingCommand {
  return RemotingCommand.response(code, NO_REMARK, ChangeInvisibleTimeResponseHeader.encode(header))
}
