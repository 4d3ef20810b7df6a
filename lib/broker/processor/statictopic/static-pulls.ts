import {
  type PullMessageRequestHeader,
  PullMessageResponseHeader,
} from '../../../../codec/header/pull-message.ts'
import { RemotingCommand } from '../../../../codec/remoting-command.ts'
import type { RemoteQueues } from '../../out/remote-queues.ts'
import type { TopicQueueMappingManager } from '../../topic/topic-queue-mapping-manager.ts'
import { withoutCommitOffsetFlag, withoutSuspendFlag } from '../pull/pull-sys-flag.ts'
import { type StaticPull, toStaticPull, toStaticResponse } from './static-pull.ts'

export interface StaticPullsDeps {
  readonly topicQueueMappingManager: Pick<TopicQueueMappingManager, 'buildTopicQueueMappingContext'>
  readonly remoteQueues: Pick<RemoteQueues, 'pullMessage'>
}

/**
 * Finds out which part of a logical queue a pull reads, and reads it where another broker has it.
 *
 * Apache: broker.processor.PullMessageProcessor#rewriteRequestForStaticTopic
 */
export class StaticPulls {
  readonly #deps: StaticPullsDeps

  constructor(deps: StaticPullsDeps) {
    this.#deps = deps
  }

  /** undefined for all other topics. @throws RemotingError NOT_LEADER_FOR_QUEUE */
  find(asked: PullMessageRequestHeader): StaticPull | undefined {
    const context = this.#deps.topicQueueMappingManager.buildTopicQueueMappingContext(asked)
    return context === undefined ? undefined : toStaticPull(context, asked)
  }

  /** The other broker neither waits for messages nor stores an offset. Rejects with RemotingError when it does not answer. */
  async pullRemotely(pull: StaticPull): Promise<RemotingCommand> {
    const { header, item } = pull
    const sysFlag = withoutSuspendFlag(withoutCommitOffsetFlag(header.sysFlag))
    const answer = await this.#deps.remoteQueues.pullMessage(item.bname, { ...header, sysFlag })
    const { code, remark, extFields, body } = answer
    const pulled = PullMessageResponseHeader.decode(extFields)
    const response = RemotingCommand.response(code, remark, extFields, body)
    return toStaticResponse(pull, response, pulled)
  }
}
