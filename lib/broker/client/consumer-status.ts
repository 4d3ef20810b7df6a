import type { MessageQueue } from '../../../codec/body/message-queue.ts'
import { GetConsumerStatusBody } from '../../../codec/body/reset-offset.ts'
import { GetConsumerStatusRequestHeader } from '../../../codec/header/get-consumer-status.ts'
import { MqVersion } from '../../../codec/mq-version.ts'
import { RemotingCommand } from '../../../codec/remoting-command.ts'
import { RequestCode } from '../../../codec/request-code.ts'
import { ResponseCode } from '../../../codec/response-code.ts'
import { toError } from '../../common/errors.ts'
import type { Logger } from '../../common/logger.ts'
import { RemotingError } from '../../remoting/index.ts'
import type { ClientChannelInfo } from './client-channel-info.ts'
import type { ConsumerManager } from './consumer-manager.ts'

const TIMEOUT_MS = 5_000

type Offsets = [MessageQueue, number][]

/**
 * Asks the members of a group how far they have consumed, by their own account.
 * Apache: broker.client.net.Broker2Client#getConsumeStatus
 */
export class ConsumerStatus {
  readonly #consumerManager: Pick<ConsumerManager, 'getConsumerGroupInfo'>
  readonly #logger: Logger

  constructor(consumerManager: Pick<ConsumerManager, 'getConsumerGroupInfo'>, logger: Logger) {
    this.#consumerManager = consumerManager
    this.#logger = logger
  }

  /**
   * Offsets by client id. `clientId` names the one to be asked; without it all are asked, at the same time (Apache asks
   * one after the other). A member that does not answer is left out.
   * @throws RemotingError when none is online or one is too old to be asked
   */
  async query(
    topic: string,
    group: string,
    clientId: string | undefined,
  ): Promise<Map<string, Offsets>> {
    const members = [...(this.#consumerManager.getConsumerGroupInfo(group)?.clients ?? [])]
    if (members.length === 0) {
      throw new RemotingError(
        ResponseCode.SYSTEM_ERROR,
        `No Any Consumer online in the consumer group: [${group}]`,
      )
    }
    const isAll = clientId === undefined || clientId.trim() === ''
    const asked = isAll ? members : members.filter((member) => member.clientId === clientId)
    for (const { version } of asked) refuseOldVersion(version)
    const answers = await Promise.all(
      asked.map(
        async (client) => [client.clientId, await this.#ask(client, topic, group)] as const,
      ),
    )
    const table = new Map<string, Offsets>()
    for (const [id, offsets] of answers) if (offsets !== undefined) table.set(id, offsets)
    return table
  }

  async #ask(
    { channel, clientId }: ClientChannelInfo,
    topic: string,
    group: string,
  ): Promise<Offsets | undefined> {
    const request = RemotingCommand.request(
      RequestCode.GET_CONSUMER_STATUS_FROM_CLIENT,
      GetConsumerStatusRequestHeader.encode({ topic, group }),
    )
    try {
      const { code, body } = await channel.invoke(request, TIMEOUT_MS)
      if (code !== ResponseCode.SUCCESS || body === undefined) return undefined
      return GetConsumerStatusBody.decode(body).messageQueueTable
    } catch (error) {
      this.#logger.warn({ topic, group, clientId, error: toError(error).message }, 'no status')
      return undefined
    }
  }
}

function refuseOldVersion(version: number): void {
  if (version >= MqVersion.V3_0_7_SNAPSHOT) return
  throw new RemotingError(
    ResponseCode.SYSTEM_ERROR,
    `the client does not support this feature. version=${version}`,
  )
}
