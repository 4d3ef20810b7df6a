import type { Connection } from '../../../../codec/body/connection-list.ts'
import {
  ConsumerConnection,
  ProducerConnection,
  ProducerTableInfo,
} from '../../../../codec/body/connection-list.ts'
import {
  GetConsumerConnectionListRequestHeader,
  GetProducerConnectionListRequestHeader,
} from '../../../../codec/header/connection-list.ts'
import { languageName } from '../../../../codec/language-code.ts'
import { RemotingCommand } from '../../../../codec/remoting-command.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { ResponseCode } from '../../../../codec/response-code.ts'
import type { RequestProcessor } from '../../../remoting/index.ts'
import { RemotingError } from '../../../remoting/index.ts'
import type { ClientChannelInfo } from '../../client/client-channel-info.ts'
import type { ConsumerManager } from '../../client/consumer-manager.ts'
import type { ProducerManager } from '../../client/producer-manager.ts'

/**
 * Who is connected: GET_CONSUMER_CONNECTION_LIST, GET_PRODUCER_CONNECTION_LIST and GET_ALL_PRODUCER_INFO.
 * Apache: broker.processor.AdminBrokerProcessor
 */
export class ClientAdminProcessor implements RequestProcessor {
  readonly #consumerManager: Pick<ConsumerManager, 'getConsumerGroupInfo'>
  readonly #producerManager: Pick<ProducerManager, 'findClients' | 'getProducerTable'>

  constructor(
    consumerManager: Pick<ConsumerManager, 'getConsumerGroupInfo'>,
    producerManager: Pick<ProducerManager, 'findClients' | 'getProducerTable'>,
  ) {
    this.#consumerManager = consumerManager
    this.#producerManager = producerManager
  }

  process(request: RemotingCommand): RemotingCommand {
    switch (request.code) {
      case RequestCode.GET_CONSUMER_CONNECTION_LIST:
        return this.#getConsumerConnectionList(request)
      case RequestCode.GET_PRODUCER_CONNECTION_LIST:
        return this.#getProducerConnectionList(request)
      default:
        return this.#getAllProducerInfo()
    }
  }

  #getConsumerConnectionList(request: RemotingCommand): RemotingCommand {
    const { consumerGroup } = GetConsumerConnectionListRequestHeader.decode(request.extFields)
    const info = this.#consumerManager.getConsumerGroupInfo(consumerGroup)
    if (info === undefined) {
      throw new RemotingError(
        ResponseCode.CONSUMER_NOT_ONLINE,
        `the consumer group[${consumerGroup}] not online`,
      )
    }
    return success(
      ConsumerConnection.encode({
        connectionSet: Array.from(info.clients, connectionOf),
        consumeFromWhere: info.consumeFromWhere,
        consumeType: info.consumeType,
        messageModel: info.messageModel,
        subscriptionTable: new Map(info.subscriptionTable),
      }),
    )
  }

  #getProducerConnectionList(request: RemotingCommand): RemotingCommand {
    const { producerGroup } = GetProducerConnectionListRequestHeader.decode(request.extFields)
    const clients = this.#producerManager.findClients(producerGroup)
    if (clients === undefined) {
      throw new RemotingError(
        ResponseCode.SYSTEM_ERROR,
        `the producer group[${producerGroup}] not exist`,
      )
    }
    return success(ProducerConnection.encode({ connectionSet: clients.map(connectionOf) }))
  }

  #getAllProducerInfo(): RemotingCommand {
    const data = new Map(
      Array.from(this.#producerManager.getProducerTable(), ([group, clients]) => [
        group,
        clients.map((client) => ({
          clientId: client.clientId,
          language: languageName(client.language),
          lastUpdateTimestamp: client.lastUpdateTimestamp,
          // With the slash of Java's SocketAddress, as Apache has it.
          remoteIP: `/${client.channel.remoteHost.toString()}`,
          version: client.version,
        })),
      ]),
    )
    return success(ProducerTableInfo.encode({ data }))
  }
}

function connectionOf({ channel, clientId, language, version }: ClientChannelInfo): Connection {
  const clientAddr = channel.remoteHost.toString()
  return { clientAddr, clientId, language: languageName(language), version }
}

function success(body: Buffer): RemotingCommand {
  return RemotingCommand.response(ResponseCode.SUCCESS, undefined, undefined, body)
}
