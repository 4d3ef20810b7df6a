import { expect } from 'chai'
import { RemotingCommand } from '../../../codec/remoting-command.ts'
import { RequestCode } from '../../../codec/request-code.ts'
import { buildContexts } from '../../../lib/auth/authorization-context-builder.ts'
import { resourceKey } from '../../../lib/auth/resource.ts'

const HEARTBEAT = {
  clientID: 'c',
  producerDataSet: [{ groupName: 'P' }],
  consumerDataSet: [
    {
      groupName: 'G',
      subscriptionDataSet: [
        { topic: 'T', subString: '*' },
        { topic: '%RETRY%G', subString: '*' },
      ],
    },
  ],
}
const LITE_SUBSCRIPTIONS = { subscriptionSet: [{ group: 'G', topic: 'T' }] }
const ACKS = {
  acks: [
    { c: 'G', t: 'T', r: '0', b: 'AQ==' },
    { c: 'G', t: 'U', r: '0', b: 'AQ==' },
  ],
}
const LOCKS = {
  clientId: 'c',
  consumerGroup: 'G',
  mqSet: [
    { topic: 'T', brokerName: 'b', queueId: 0 },
    { topic: 'T', brokerName: 'b', queueId: 1 },
    { topic: '%RETRY%G', brokerName: 'b', queueId: 0 },
  ],
}

type Case = [
  name: keyof typeof RequestCode,
  fields: Record<string, string>,
  needs: string[],
  body?: object,
]

/** What DefaultAuthorizationContextBuilder of 5.3.3 asks for. */
const CASES: Case[] = [
  ['GET_ROUTEINFO_BY_TOPIC', { topic: 'T' }, ['Topic:T Pub|Sub|Get']],
  ['GET_ROUTEINFO_BY_TOPIC', { topic: '%RETRY%G' }, ['Group:G Sub|Get']],
  ['SEND_MESSAGE', { topic: 'T', group: 'P' }, ['Topic:T Pub']],
  ['SEND_MESSAGE', { topic: '%RETRY%G', group: 'G' }, ['Group:G Sub']],
  ['SEND_MESSAGE_V2', { a: 'P', b: 'T' }, ['Topic:T Pub']],
  ['SEND_BATCH_MESSAGE', { b: '%RETRY%G' }, ['Group:G Sub']],
  // Apache would ask for Sub on H, and for nothing in the three that follow.
  ['SEND_MESSAGE', { topic: '%RETRY%G', group: 'H' }, ['Group:G Sub']],
  ['SEND_REPLY_MESSAGE', { topic: 'T', group: 'P' }, ['Topic:T Pub']],
  ['SEND_REPLY_MESSAGE_V2', { a: 'P', b: 'T' }, ['Topic:T Pub']],
  ['SEND_REPLY_MESSAGE_V2', { a: 'G', b: '%RETRY%G' }, ['Group:G Sub']],
  ['SEND_REPLY_MESSAGE_V2', { a: 'P', b: 'C_REPLY_TOPIC' }, []],
  ['RECALL_MESSAGE', { topic: 'T' }, ['Topic:T Pub']],
  ['END_TRANSACTION', { topic: 'T' }, ['Topic:T Pub']],
  ['END_TRANSACTION', { producerGroup: 'P' }, []],
  ['PULL_MESSAGE', { topic: 'T', consumerGroup: 'G' }, ['Topic:T Sub', 'Group:G Sub']],
  ['LITE_PULL_MESSAGE', { topic: 'T', consumerGroup: 'G' }, ['Topic:T Sub', 'Group:G Sub']],
  ['PULL_MESSAGE', { topic: '%RETRY%G', consumerGroup: 'G' }, ['Group:G Sub']],
  ['POP_MESSAGE', { topic: 'T', consumerGroup: 'G' }, ['Group:G Sub', 'Topic:T Sub']],
  ['ACK_MESSAGE', { topic: '%RETRY%G', consumerGroup: 'G' }, ['Group:G Sub', 'Group:G Sub']],
  ['QUERY_MESSAGE', { topic: 'T' }, ['Topic:T Sub|Get']],
  ['HEART_BEAT', {}, ['Group:G Sub', 'Topic:T Sub'], HEARTBEAT],
  ['UNREGISTER_CLIENT', { clientID: 'c', consumerGroup: 'G' }, ['Group:G Sub']],
  ['UNREGISTER_CLIENT', { clientID: 'c', producerGroup: 'P' }, []],
  ['GET_CONSUMER_LIST_BY_GROUP', { consumerGroup: 'G' }, ['Group:G Sub|Get']],
  [
    'QUERY_CONSUMER_OFFSET',
    { topic: 'T', consumerGroup: 'G' },
    ['Topic:T Sub|Get', 'Group:G Sub|Get'],
  ],
  [
    'UPDATE_CONSUMER_OFFSET',
    { topic: 'T', consumerGroup: 'G' },
    ['Topic:T Sub|Update', 'Group:G Sub|Update'],
  ],
  ['LOCK_BATCH_MQ', {}, ['Group:G Sub', 'Topic:T Sub'], LOCKS],
  ['UNLOCK_BATCH_MQ', {}, ['Group:G Sub', 'Topic:T Sub'], LOCKS],
  ['UPDATE_AND_CREATE_STATIC_TOPIC', { topic: 'T' }, ['Topic:T Create']],
  ['POP_LITE_MESSAGE', { topic: 'T', consumerGroup: 'G' }, ['Group:G Sub', 'Topic:T Sub']],
  ['BATCH_ACK_MESSAGE', {}, ['Group:G Sub', 'Topic:T Sub', 'Topic:U Sub'], ACKS],
  ['BATCH_ACK_MESSAGE', {}, []],
  ['LITE_SUBSCRIPTION_CTL', {}, ['Group:G Sub', 'Topic:T Sub'], LITE_SUBSCRIPTIONS],
  ['LITE_SUBSCRIPTION_CTL', {}, []],
  ['TRIGGER_LITE_DISPATCH', { group: 'G' }, ['Group:G Update']],
  ['GET_BROKER_LITE_INFO', {}, ['Cluster:C Get']],
  ['CONSUMER_SEND_MSG_BACK', { group: 'G', originTopic: 'T' }, ['Group:G Sub', 'Topic:T Sub']],
  ['UPDATE_AND_CREATE_TOPIC', { topic: 'T' }, ['Topic:T Create']],
  ['DELETE_TOPIC_IN_BROKER', { topic: 'T' }, ['Topic:T Delete']],
  [
    'GET_CONSUME_STATS',
    { consumerGroup: 'G', topicList: 'A;B' },
    ['Group:G Get', 'Topic:A Get', 'Topic:B Get'],
  ],
  ['AUTH_CREATE_USER', { username: 'u' }, ['Cluster:C Update']],
  ['AUTH_LIST_ACL', {}, ['Cluster:C Get']],
  ['UPDATE_BROKER_CONFIG', {}, ['Cluster:C Update']],
  // With Apache everybody may throttle all groups.
  ['UPDATE_COLD_DATA_FLOW_CTR_CONFIG', {}, ['Cluster:C Update']],
  ['REMOVE_COLD_DATA_FLOW_CTR_CONFIG', {}, ['Cluster:C Update']],
  ['GET_COLD_DATA_FLOW_CTR_INFO', {}, ['Cluster:C Get']],
  ['SET_COMMITLOG_READ_MODE', { READ_AHEAD_MODE: '0' }, ['Cluster:C Update']],
  ['UPDATE_AND_CREATE_SUBSCRIPTIONGROUP', {}, ['Group:G Update'], { groupName: 'G' }],
  ['GET_ALL_TOPIC_CONFIG', {}, []],
]

describe('buildContexts', () => {
  for (const [name, fields, needs, body] of CASES) {
    it(`asks for ${needs.join(' and ') || 'nothing'} at ${name} ${JSON.stringify(fields)}`, () => {
      const bytes = body && Buffer.from(JSON.stringify(body))
      const request = RemotingCommand.request(RequestCode[name], fields, bytes)
      const found = buildContexts(request, 'C').map(
        ({ resource, actions }) => `${resourceKey(resource)} ${actions.join('|')}`,
      )
      expect(found).to.deep.equal(needs)
    })
  }
})
