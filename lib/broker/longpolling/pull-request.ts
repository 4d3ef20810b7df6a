import type { PullMessageRequestHeader } from '../../../codec/header/pull-message.ts'
import type { RemotingCommand } from '../../../codec/remoting-command.ts'
import type { Deadlined } from '../../common/deadlines.ts'
import type { Channel } from '../../remoting/index.ts'
import type { MessageFilter } from '../../store/types.ts'

/** A pull that found nothing and waits for messages. Apache: broker.longpolling.PullRequest */
export interface PullRequest extends Deadlined {
  readonly channel: Channel
  readonly request: RemotingCommand
  /** Names the queue that is waited for. */
  readonly header: PullMessageRequestHeader
  /** As the client has asked; another one than `header` for static topics and for lite topics. */
  readonly asked: PullMessageRequestHeader
  /** undefined: every message. */
  readonly filter: MessageFilter | undefined
  /** True when messages have arrived that its filter does not let pass. */
  passedBy: boolean
}
