import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import * as yaml from 'yaml'
import { RemotingCommand } from '../../../codec/remoting-command.ts'
import { RequestCode } from '../../../codec/request-code.ts'
import { ResponseCode } from '../../../codec/response-code.ts'
import { signRequest } from '../../../lib/auth/session-credentials.ts'
import { parsePlainAccessData } from '../../../lib/auth/plain/plain-access-data.ts'
import { BrokerFixture } from '../../helpers/broker-fixture.ts'
import { makeTempDirectory } from '../../helpers/temp-directory.ts'

const ALICE = { accessKey: 'alice-key', secretKey: 'alice-secret' }
const ADMIN = { accessKey: 'admin-key', secretKey: 'admin-secret' }
const ACCOUNTS = `
globalWhiteRemoteAddresses:
- 10.10.103.*
accounts:
# whoever comes next
- accessKey: alice-key
  secretKey: alice-secret
  whiteRemoteAddress:
  admin: false
  defaultTopicPerm: DENY
  defaultGroupPerm: SUB
  topicPerms:
  - topicA=DENY
  - topicB=PUB|SUB
  - topicC=SUB
  groupPerms:
  - groupA=DENY
- accessKey: admin-key
  secretKey: admin-secret
  admin: true
`
const EXCEPTION = 'org.apache.rocketmq.acl.common.AclException: '

describe('a broker with accounts of 4.x', () => {
  let broker: BrokerFixture
  let home: ReturnType<typeof makeTempDirectory>
  let file: string

  beforeEach(() => {
    home = makeTempDirectory()
    mkdirSync(join(home.path, 'conf', 'acl'), { recursive: true })
    file = join(home.path, 'conf', 'plain_acl.yml')
    writeFileSync(file, ACCOUNTS)
  })

  afterEach(async () => {
    await broker.close()
    home.remove()
  })

  async function start(): Promise<void> {
    broker = new BrokerFixture({ aclEnable: 'true', rocketmqHome: home.path })
    await broker.start()
  }

  async function ask(account: typeof ALICE, code: number, fields = {}, body?: Buffer) {
    const request = RemotingCommand.request(code, fields, body)
    signRequest(request, account)
    return broker.invoke(code, request.extFields, body)
  }

  /** The reason of a refusal; undefined when access control let the request pass. */
  async function refusal(account: typeof ALICE, code: number, fields = {}, body?: object) {
    const bytes = body === undefined ? undefined : Buffer.from(JSON.stringify(body))
    const { code: answer, remark } = await ask(account, code, fields, bytes)
    if (remark?.startsWith(EXCEPTION) !== true) return undefined
    expect(answer).to.equal(ResponseCode.SYSTEM_ERROR)
    return remark.slice(EXCEPTION.length)
  }

  const { SEND_MESSAGE, SEND_MESSAGE_V2, PULL_MESSAGE, HEART_BEAT } = RequestCode

  it('refuses who has not signed, is unknown, or signs with another secret', async () => {
    await start()
    const send = { topic: 'topicB' }
    const unsigned = await broker.invoke(SEND_MESSAGE, send)
    expect(unsigned.remark).to.equal(`${EXCEPTION}No accessKey is configured`)
    expect(unsigned.code).to.equal(ResponseCode.SYSTEM_ERROR)
    const eve = { accessKey: 'eve-key', secretKey: 'eve-secret' }
    expect(await refusal(eve, SEND_MESSAGE, send)).to.equal('No acl config for eve-key')
    expect(await refusal({ ...ALICE, secretKey: 'guess' }, SEND_MESSAGE, send)).to.equal(
      'Check signature failed for accessKey=alice-key',
    )
    expect(await refusal(ALICE, SEND_MESSAGE, send)).to.equal(undefined)
  })

  it('gives each account the rights that its file says', async () => {
    await start()
    const group = 'groupB'
    const rights: [code: number, fields: object, expected: string | undefined][] = [
      [SEND_MESSAGE, { topic: 'topicA' }, 'No permission for topic:topicA'],
      [SEND_MESSAGE_V2, { b: 'topicC' }, 'No permission for topic:topicC'],
      [SEND_MESSAGE_V2, { b: 'other' }, 'No default permission for topic:other'],
      [SEND_MESSAGE_V2, { b: 'topicB' }, undefined],
      [SEND_MESSAGE_V2, { b: '%RETRY%groupA', a: 'groupA' }, 'No permission for group:groupA'],
      [SEND_MESSAGE_V2, { b: 'RMQ_SYS_TRACE_TOPIC' }, undefined],
      [PULL_MESSAGE, { topic: 'topicC', consumerGroup: group }, undefined],
      [
        PULL_MESSAGE,
        { topic: 'topicC', consumerGroup: 'groupA' },
        'No permission for group:groupA',
      ],
      [
        RequestCode.POP_MESSAGE,
        { topic: 'topicA', consumerGroup: group },
        'No permission for topic:topicA',
      ],
      [RequestCode.QUERY_MESSAGE, { topic: 'topicA' }, 'No permission for topic:topicA'],
      [RequestCode.CONSUMER_SEND_MSG_BACK, { group: 'groupA' }, 'No permission for group:groupA'],
      [
        RequestCode.UPDATE_CONSUMER_OFFSET,
        { topic: 'topicC', consumerGroup: 'groupA', queueId: 0, commitOffset: 0 },
        'No permission for group:groupA',
      ],
      [
        RequestCode.GET_CONSUMER_LIST_BY_GROUP,
        { consumerGroup: 'groupA' },
        'No permission for group:groupA',
      ],
      [RequestCode.UNREGISTER_CLIENT, { clientID: 'c' }, undefined],
      [RequestCode.GET_BROKER_RUNTIME_INFO, {}, undefined],
      [
        RequestCode.UPDATE_AND_CREATE_TOPIC,
        { topic: 'topicB' },
        'Need admin permission for request code=17, but accessKey=alice-key is not',
      ],
    ]
    for (const [code, fields, expected] of rights) {
      expect(await refusal(ALICE, code, fields), JSON.stringify(fields)).to.equal(expected)
      expect(await refusal(ADMIN, code, fields), 'the administrator').to.equal(undefined)
    }
    const subscriptionDataSet = [{ topic: 'topicA', subString: '*' }]
    const heartbeat = (groupName: string) => ({
      clientID: 'c',
      consumerDataSet: [{ groupName, subscriptionDataSet }],
    })
    expect(await refusal(ALICE, HEART_BEAT, {}, heartbeat(group))).to.equal(
      'No permission for topic:topicA',
    )
    expect(await refusal(ALICE, HEART_BEAT, {}, { clientID: 'c' })).to.equal(undefined)
  })

  it('lets in who stands on a white list, unsigned', async () => {
    writeFileSync(file, ACCOUNTS.replace('whiteRemoteAddress:', 'whiteRemoteAddress: 127.0.0.*'))
    await start()
    const forged = { ...ALICE, secretKey: 'none' }
    expect(await refusal(forged, SEND_MESSAGE, { topic: 'topicA' })).to.equal(undefined)
    const { remark } = await broker.invoke(SEND_MESSAGE, { topic: 'topicA' })
    expect(remark).to.equal(`${EXCEPTION}No accessKey is configured`)
    const change = { globalWhiteAddrs: '10.0.0.1,127.0.0.1', aclFileFullPath: '' }
    const answer = await ask(ADMIN, RequestCode.UPDATE_GLOBAL_WHITE_ADDRS_CONFIG, change)
    expect(answer.code).to.equal(ResponseCode.SUCCESS)
    const open = await broker.invoke(RequestCode.GET_BROKER_CONFIG)
    expect(open.code).to.equal(ResponseCode.SUCCESS)
  })

  it('takes accounts that tools set, change and delete', async () => {
    await start()
    const { UPDATE_AND_CREATE_ACL_CONFIG, DELETE_ACL_CONFIG, GET_BROKER_CLUSTER_ACL_INFO } =
      RequestCode
    const bob = { accessKey: 'bobs-key', secretKey: 'bobs-secret' }
    const fields = { ...bob, defaultTopicPerm: 'PUB', topicPerms: 'topicA=DENY,topicB=SUB' }
    expect(
      await refusal(ALICE, UPDATE_AND_CREATE_ACL_CONFIG, { ...ALICE, admin: 'true' }),
    ).to.match(/^Need admin permission for request code=50/)
    const created = await ask(ADMIN, UPDATE_AND_CREATE_ACL_CONFIG, fields)
    expect(created.code).to.equal(ResponseCode.SUCCESS)
    expect(await refusal(bob, SEND_MESSAGE, { topic: 'anything' })).to.equal(undefined)
    expect(await refusal(bob, SEND_MESSAGE, { topic: 'topicA' })).to.equal(
      'No permission for topic:topicA',
    )
    const changed = { ...bob, topicPerms: 'topicA=PUB' }
    await ask(ADMIN, UPDATE_AND_CREATE_ACL_CONFIG, changed)
    expect(await refusal(bob, SEND_MESSAGE, { topic: 'topicA' })).to.equal(undefined)
    expect(parsePlainAccessData(yaml, readFileSync(file, 'utf8')).accounts.at(-1)).to.deep.include({
      ...{ ...bob, admin: false, topicPerms: ['topicA=PUB'], defaultTopicPerm: 'PUB' },
    })
    const { extFields } = await ask(ADMIN, GET_BROKER_CLUSTER_ACL_INFO)
    expect(JSON.parse(extFields?.['version'] ?? '')).to.include({ counter: 2 })
    expect(extFields).to.include({ brokerName: 'broker-a', clusterName: 'DefaultCluster' })

    const short = await ask(ADMIN, UPDATE_AND_CREATE_ACL_CONFIG, { ...bob, secretKey: 'short' })
    expect([short.code, short.remark]).to.deep.equal([
      209,
      'The accessKey=bobs-key and its secretKey cannot be null and length should longer than 6',
    ])
    const wrong = await ask(ADMIN, UPDATE_AND_CREATE_ACL_CONFIG, { ...bob, topicPerms: 'a=READ' })
    expect(wrong.remark).to.match(/^Parse resource permission error for a=READ/)
    expect((await ask(ADMIN, DELETE_ACL_CONFIG, bob)).code).to.equal(ResponseCode.SUCCESS)
    expect(await refusal(bob, SEND_MESSAGE, { topic: 'b' })).to.equal('No acl config for bobs-key')
    const again = await ask(ADMIN, DELETE_ACL_CONFIG, bob)
    expect([again.code, again.remark]).to.deep.equal([
      210,
      'The accessKey[bobs-key] corresponding to accessConfig has been deleted failed.',
    ])
    for (const [globalWhiteAddrs, aclFileFullPath] of [
      ['10.0.0.300', ''],
      ['10.0.0.1', join(home.path, 'conf', 'acl', 'absent.yml')],
    ] as const) {
      const change = { globalWhiteAddrs, aclFileFullPath }
      const refused = await ask(ADMIN, RequestCode.UPDATE_GLOBAL_WHITE_ADDRS_CONFIG, change)
      expect(refused.code).to.equal(211)
    }
  })

  it('does not start with an account that is none, and says which file has it', async () => {
    writeFileSync(join(home.path, 'conf', 'acl', 'more.yml'), 'accounts: 5')
    broker = new BrokerFixture({ aclEnable: 'true', rocketmqHome: home.path })
    const error = await broker.start().catch((thrown: unknown) => thrown)
    expect(error)
      .to.have.property('message')
      .that.matches(/^aclEnable=true: .*more\.yml: accounts is not a list$/)
  })
})
