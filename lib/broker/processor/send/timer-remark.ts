import type { MessageStoreConfig } from '../../../config/message-store-config.ts'

/** The options that remarks about timers name. */
export type TimerRemarkFacts = Pick<
  MessageStoreConfig,
  'timerMaxDelaySec' | 'timerCongestNumEachSlot' | 'timerWheelEnable'
>

/** Why a message is not delivered at the time that it asks for. Source: broker.processor.SendMessageProcessor#handlePutMessageResult */
export function timerRemark(
  status: 'WHEEL_TIMER_MSG_ILLEGAL' | 'WHEEL_TIMER_FLOW_CONTROL' | 'WHEEL_TIMER_NOT_ENABLE',
  { timerMaxDelaySec, timerCongestNumEachSlot, timerWheelEnable }: TimerRemarkFacts,
): string {
  const congestMax = timerCongestNumEachSlot * 2
  switch (status) {
    case 'WHEEL_TIMER_MSG_ILLEGAL':
      return (
        'timer message illegal, the delay time should not be bigger than the max delay ' +
        `${timerMaxDelaySec * 1000}ms; or if set del msg, the delay time should be bigger than the current time`
      )
    case 'WHEEL_TIMER_FLOW_CONTROL':
      return (
        `timer message is under flow control, max num limit is ${congestMax} or the current value is ` +
        `greater than ${timerCongestNumEachSlot} and less than ${congestMax}, trigger random flow control`
      )
    case 'WHEEL_TIMER_NOT_ENABLE':
      return `accurate timer message is not enabled, timerWheelEnable is ${timerWheelEnable}`
  }
}
