import { RequestCode } from '../../codec/request-code.ts'
import type { BrokerConfig } from '../config/broker-config.ts'
import type { MessageStoreConfig } from '../config/message-store-config.ts'
import { ProcessorGroup, type RequestDispatcher } from '../remoting/index.ts'
import type { MessageStore } from '../store/types.ts'
import { BrokerFastFailure } from './latency/broker-fast-failure.ts'
import { Broker2Client } from './client/broker2client.ts'
import {
  ConsumerSendMsgBackProcessor,
  type ConsumerSendMsgBackDeps,
} from './processor/consumer-send-msg-back-processor.ts'
import {
  RecallMessageProcessor,
  type RecallMessageProcessorDeps,
} from './processor/recall-message-processor.ts'
import {
  ReplyMessageProcessor,
  type ReplyMessageProcessorDeps,
} from './processor/reply-message-processor.ts'
import {
  SendMessageProcessor,
  type SendMessageProcessorDeps,
} from './processor/send-message-processor.ts'

export interface SendingDeps
  extends
    SendMessageProcessorDeps,
    RecallMessageProcessorDeps,
    ConsumerSendMsgBackDeps,
    Omit<ReplyMessageProcessorDeps, 'broker2Client'> {
  readonly brokerConfig: BrokerConfig
  readonly storeConfig: MessageStoreConfig
  readonly messageStore: MessageStore
}

/** Registers what takes messages: sends, messages that consumers send back, replies. A part of the composition of a broker. */
export function registerSending(dispatcher: RequestDispatcher, deps: SendingDeps): void {
  const { brokerConfig, clock, messageStore } = deps
  const { sendThreadPoolQueueCapacity, replyThreadPoolQueueCapacity } = brokerConfig
  const sends = new ProcessorGroup({
    name: 'SendMessage',
    queueCapacity: sendThreadPoolQueueCapacity,
    line: new BrokerFastFailure({
      clock,
      store: messageStore,
      isEnabled: () => brokerConfig.brokerFastFailureEnable,
      waitTimeMs: () => brokerConfig.waitTimeMillsInSendQueue,
      failsWhenBusy: true,
    }),
  })
  const send = new SendMessageProcessor(deps)
  dispatcher.registerProcessor(RequestCode.SEND_MESSAGE, send, sends)
  dispatcher.registerProcessor(RequestCode.SEND_MESSAGE_V2, send, sends)
  dispatcher.registerProcessor(RequestCode.SEND_BATCH_MESSAGE, send, sends)
  const sendBack = new ConsumerSendMsgBackProcessor(deps)
  dispatcher.registerProcessor(RequestCode.CONSUMER_SEND_MSG_BACK, sendBack, sends)
  dispatcher.registerProcessor(RequestCode.RECALL_MESSAGE, new RecallMessageProcessor(deps), sends)
  const replies = new ProcessorGroup({
    name: 'ReplyMessage',
    queueCapacity: replyThreadPoolQueueCapacity,
  })
  const reply = new ReplyMessageProcessor({ ...deps, broker2Client: new Broker2Client() })
  for (const code of ReplyMessageProcessor.requestCodes) {
    dispatcher.registerProcessor(code, reply, replies)
  }
}
