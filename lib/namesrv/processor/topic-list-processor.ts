import { TopicList } from '../../../codec/body/topic-list.ts'
import { GetTopicsByClusterRequestHeader } from '../../../codec/header/get-topics-by-cluster.ts'
import { RemotingCommand } from '../../../codec/remoting-command.ts'
import { RequestCode } from '../../../codec/request-code.ts'
import { ResponseCode } from '../../../codec/response-code.ts'
import type { NamesrvConfig } from '../../config/namesrv-config.ts'
import type { RequestProcessor } from '../../remoting/index.ts'
import { RemotingError } from '../../remoting/index.ts'
import type { TopicLister } from '../routeinfo/topic-lister.ts'

/**
 * Lists of names: GET_ALL_TOPIC_LIST_FROM_NAMESERVER (206), GET_TOPICS_BY_CLUSTER (224), GET_SYSTEM_TOPIC_LIST_FROM_NS
 * (304), GET_UNIT_TOPIC_LIST (311), GET_HAS_UNIT_SUB_TOPIC_LIST (312) and GET_HAS_UNIT_SUB_UNUNIT_TOPIC_LIST (313).
 * Apache: namesrv.processor.DefaultRequestProcessor
 */
export class TopicListProcessor implements RequestProcessor {
  readonly #topics: TopicLister
  readonly #config: NamesrvConfig

  constructor(topics: TopicLister, config: NamesrvConfig) {
    this.#topics = topics
    this.#config = config
  }

  process(request: RemotingCommand): RemotingCommand {
    this.#checkEnabled(request.code)
    const body = TopicList.encode(this.#list(request))
    return RemotingCommand.response(ResponseCode.SUCCESS, undefined, undefined, body)
  }

  #checkEnabled(code: number): void {
    const { enableAllTopicList, enableTopicList } = this.#config
    if (code === RequestCode.GET_SYSTEM_TOPIC_LIST_FROM_NS) return
    const isAll = code === RequestCode.GET_ALL_TOPIC_LIST_FROM_NAMESERVER
    if (isAll ? enableAllTopicList : enableTopicList) return
    throw new RemotingError(ResponseCode.SYSTEM_ERROR, 'disable')
  }

  #list(request: RemotingCommand): TopicList {
    switch (request.code) {
      case RequestCode.GET_ALL_TOPIC_LIST_FROM_NAMESERVER:
        return { topicList: this.#topics.all() }
      case RequestCode.GET_TOPICS_BY_CLUSTER: {
        const { cluster } = GetTopicsByClusterRequestHeader.decode(request.extFields)
        return { topicList: this.#topics.ofCluster(cluster) }
      }
      case RequestCode.GET_SYSTEM_TOPIC_LIST_FROM_NS:
        return this.#topics.system()
      case RequestCode.GET_UNIT_TOPIC_LIST:
        return { topicList: this.#topics.unit() }
      case RequestCode.GET_HAS_UNIT_SUB_TOPIC_LIST:
        return { topicList: this.#topics.unitSub() }
      default:
        return { topicList: this.#topics.unitSubButNotUnit() }
    }
  }
}
