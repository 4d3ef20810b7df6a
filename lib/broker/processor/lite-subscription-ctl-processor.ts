import {
  LiteSubscriptionCtlRequestBody,
  type LiteSubscriptionDTO,
} from '../../../codec/body/lite-subscription.ts'
import { RemotingCommand } from '../../../codec/remoting-command.ts'
import { ResponseCode } from '../../../codec/response-code.ts'
import type { Logger } from '../../common/logger.ts'
import { type Channel, RemotingError, type RequestProcessor } from '../../remoting/index.ts'
import type { LiteLifecycleManager } from '../lite/lite-lifecycle-manager.ts'
import type { LiteMetadata } from '../lite/lite-metadata.ts'
import type { LiteSharding } from '../lite/lite-sharding.ts'
import type {
  LiteSubscriber,
  LiteSubscriptionRegistry,
} from '../lite/lite-subscription-registry.ts'
import { toLmqName } from '../lite/lite-topic-names.ts'

export interface LiteSubscriptionCtlDeps {
  readonly metadata: LiteMetadata
  readonly registry: LiteSubscriptionRegistry
  readonly lifecycle: Pick<LiteLifecycleManager, 'isLmqExist'>
  readonly sharding: Pick<LiteSharding, 'shardingOf'>
  readonly brokerName: string
  readonly logger: Logger
}

const NOT_ALLOWED = 'java.lang.IllegalStateException: Consumer group is not allowed to consume.'

/**
 * LITE_SUBSCRIPTION_CTL: clients subscribe to lite topics, renew that, and end it. Only those lite topics count that this broker has,
 * or is to have.
 *
 * Apache: broker.processor.LiteSubscriptionCtlProcessor
 */
export class LiteSubscriptionCtlProcessor implements RequestProcessor {
  readonly #deps: LiteSubscriptionCtlDeps

  constructor(deps: LiteSubscriptionCtlDeps) {
    this.#deps = deps
  }

  async process({ body }: RemotingCommand, channel: Channel): Promise<RemotingCommand> {
    if (body === undefined || body.length === 0) refuse('Request body is null.')
    const { subscriptionSet } = LiteSubscriptionCtlRequestBody.decode(body)
    if (subscriptionSet.length === 0) refuse('LiteSubscriptionCtlRequestBody is empty.')
    for (const entry of subscriptionSet) await this.#obey(entry, channel)
    return RemotingCommand.response(ResponseCode.SUCCESS)
  }

  async #obey(entry: LiteSubscriptionDTO, channel: Channel): Promise<void> {
    const { clientId = '', group = '', topic = '', action, offsetOption } = entry
    if ([clientId, group, topic].some((name) => name.trim() === '')) {
      this.#deps.logger.warn({ clientId, group, topic }, 'subscription to lite topics left out')
      return
    }
    const { registry } = this.#deps
    const subscriber = { clientId, group, topic }
    const lmqNames = lmqNamesOf(entry)
    switch (action) {
      case 'PARTIAL_ADD': {
        const active = await this.#activeOf(subscriber, lmqNames)
        registry.addPartialSubscription(subscriber, channel, active, offsetOption)
        break
      }
      case 'PARTIAL_REMOVE':
        registry.removePartialSubscription(subscriber, lmqNames)
        break
      case 'COMPLETE_ADD':
        registry.addCompleteSubscription(
          subscriber,
          channel,
          await this.#activeOf(subscriber, lmqNames),
        )
        break
      case 'COMPLETE_REMOVE':
        registry.removeCompleteSubscription(clientId)
        break
      case undefined:
        throw new RemotingError(ResponseCode.SYSTEM_ERROR, 'java.lang.NullPointerException')
    }
  }

  /** The lite topics that belong on this broker. @throws RemotingError when the group may not consume */
  async #activeOf(
    { group, topic }: LiteSubscriber,
    lmqNames: ReadonlySet<string>,
  ): Promise<Set<string>> {
    const { metadata, lifecycle, sharding, brokerName } = this.#deps
    if (!metadata.isConsumeEnable(group)) refuse(NOT_ALLOWED)
    const shardOf = await sharding.shardingOf(topic)
    const active = [...lmqNames].filter((lmqName) => {
      return shardOf(lmqName) === brokerName || lifecycle.isLmqExist(lmqName)
    })
    return new Set(active)
  }
}

function lmqNamesOf({ topic = '', liteTopicSet }: LiteSubscriptionDTO): Set<string> {
  const names = liteTopicSet.map((liteTopic) => toLmqName(topic, liteTopic))
  return new Set(names.filter((name) => name !== undefined))
}

function refuse(remark: string): never {
  throw new RemotingError(ResponseCode.ILLEGAL_OPERATION, remark)
}
