import { TopicRouteData } from '../../../codec/body/topic-route-data.ts'
import { DeleteTopicFromNamesrvRequestHeader } from '../../../codec/header/delete-topic.ts'
import { RegisterTopicRequestHeader } from '../../../codec/header/register-topic.ts'
import { RemotingCommand } from '../../../codec/remoting-command.ts'
import { RequestCode } from '../../../codec/request-code.ts'
import { ResponseCode } from '../../../codec/response-code.ts'
import type { RequestProcessor } from '../../remoting/index.ts'
import type { RouteInfoManager } from '../routeinfo/route-info-manager.ts'

/**
 * DELETE_TOPIC_IN_NAMESRV (216) and REGISTER_TOPIC_IN_NAMESRV (217).
 * Apache: namesrv.processor.DefaultRequestProcessor
 */
export class TopicProcessor implements RequestProcessor {
  readonly #routeInfo: RouteInfoManager

  constructor(routeInfo: RouteInfoManager) {
    this.#routeInfo = routeInfo
  }

  process(request: RemotingCommand): RemotingCommand {
    if (request.code === RequestCode.DELETE_TOPIC_IN_NAMESRV) this.#deleteTopic(request)
    else this.#registerTopic(request)
    return RemotingCommand.response(ResponseCode.SUCCESS)
  }

  #deleteTopic(request: RemotingCommand): void {
    const { topic, clusterName } = DeleteTopicFromNamesrvRequestHeader.decode(request.extFields)
    this.#routeInfo.deleteTopic(topic, clusterName)
  }

  #registerTopic(request: RemotingCommand): void {
    const { topic } = RegisterTopicRequestHeader.decode(request.extFields)
    if (request.body === undefined) return
    this.#routeInfo.registerTopic(topic, TopicRouteData.decode(request.body).queueDatas)
  }
}
