import { expect } from 'chai'
import { RemotingCommand } from '../../../codec/remoting-command.ts'
import { RequestCode } from '../../../codec/request-code.ts'
import { ResponseCode } from '../../../codec/response-code.ts'
import { signRequest } from '../../../lib/auth/session-credentials.ts'
import { BrokerFixture } from '../../helpers/broker-fixture.ts'

const CLASSES = 'org.apache.rocketmq.auth'
const SETTINGS = {
  authenticationEnabled: 'true',
  authenticationMetadataProvider: `${CLASSES}.authentication.provider.LocalAuthenticationMetadataProvider`,
  authorizationEnabled: 'true',
  authorizationMetadataProvider: `${CLASSES}.authorization.provider.LocalAuthorizationMetadataProvider`,
  authorizationWhitelist: String(RequestCode.GET_MIN_OFFSET),
  initAuthenticationUser: '{"username":"admin","password":"secret"}',
}
const { SUCCESS, NO_PERMISSION } = ResponseCode
const { GET_MAX_OFFSET, AUTH_CREATE_ACL, AUTH_DELETE_ACL, AUTH_GET_ACL, AUTH_LIST_ACL } =
  RequestCode
const QUEUE = { topic: 'TBW102', queueId: '0' }
const SUBJECT = { subject: 'User:alice' }

describe('a broker with authorization', () => {
  let broker: BrokerFixture

  beforeEach(async () => {
    broker = new BrokerFixture(SETTINGS)
    await broker.start()
    const alice = { password: 'secret' }
    await ask('admin', RequestCode.AUTH_CREATE_USER, { username: 'alice' }, alice)
  })
  afterEach(() => broker.close())

  /** Code, remark and body of the answer to a request that a user has signed. */
  async function ask(user: string, code: number, fields = {}, json?: object) {
    const bytes = json && Buffer.from(JSON.stringify(json))
    const request = RemotingCommand.request(code, fields, bytes)
    signRequest(request, { accessKey: user, secretKey: 'secret' })
    const { code: result, remark, body } = await broker.invoke(code, request.extFields, bytes)
    const told = body === undefined ? undefined : (JSON.parse(String(body)) as unknown)
    return { code: result, remark, body: told }
  }

  function acl(resource: string, decision = 'Allow', changes = {}) {
    const entry = { resource, actions: ['Get'], decision, ...changes }
    return { policies: [{ policyType: 'Custom', entries: [entry] }] }
  }

  const grant = (body: object) => ask('admin', AUTH_CREATE_ACL, SUBJECT, body)
  const refusal = (reason: string) => ({
    code: NO_PERMISSION,
    remark: `User:alice has no permission to access Topic:TBW102 from 127.0.0.1, ${reason}`,
    body: undefined,
  })

  it('refuses what nobody has allowed, but to super users', async () => {
    expect(await ask('alice', GET_MAX_OFFSET, QUEUE)).to.deep.equal(refusal('no matched policies.'))
    expect((await ask('admin', GET_MAX_OFFSET, QUEUE)).code).to.equal(SUCCESS)
  })

  it('lets a user do what was allowed, also after a restart, until it is taken', async () => {
    expect(await grant(acl('Topic:TBW*'))).to.include({ code: SUCCESS })
    await broker.restart()
    expect((await ask('alice', GET_MAX_OFFSET, QUEUE)).code).to.equal(SUCCESS)
    await grant(acl('Topic:TBW102', 'Deny'))
    expect(await ask('alice', GET_MAX_OFFSET, QUEUE)).to.deep.equal(
      refusal('the decision is deny.'),
    )
    await ask('admin', AUTH_DELETE_ACL, { ...SUBJECT, resource: 'Topic:TBW102' })
    expect((await ask('alice', GET_MAX_OFFSET, QUEUE)).code).to.equal(SUCCESS)
    await ask('admin', AUTH_DELETE_ACL, SUBJECT)
    expect(await ask('alice', GET_MAX_OFFSET, QUEUE)).to.deep.equal(refusal('no matched policies.'))
  })

  it('takes codes of the white list from every user', async () => {
    expect((await ask('alice', RequestCode.GET_MIN_OFFSET, QUEUE)).code).to.equal(SUCCESS)
  })

  it('keeps the management of users and rights to those with rights on the cluster', async () => {
    const remark =
      'User:alice has no permission to access Cluster:DefaultCluster from 127.0.0.1, no matched policies.'
    expect(await ask('alice', AUTH_LIST_ACL)).to.include({ code: NO_PERMISSION, remark })
  })

  it('tells rights, merged by resource', async () => {
    expect((await ask('admin', AUTH_GET_ACL, SUBJECT)).body).to.equal(undefined)
    await grant(acl('topic:A', 'allow', { sourceIps: ['10.0.0.0/8'] }))
    await grant(acl('Topic:A', 'Deny', { actions: ['pub', 'Sub'] }))
    await grant(acl('Group:*'))
    const told = {
      subject: 'User:alice',
      policies: [
        {
          policyType: 'Custom',
          entries: [
            { resource: 'Topic:A', actions: ['Pub', 'Sub'], decision: 'Deny' },
            { resource: 'Group:*', actions: ['Get'], decision: 'Allow' },
          ],
        },
      ],
    }
    expect((await ask('admin', AUTH_GET_ACL, SUBJECT)).body).to.deep.equal(told)
    expect((await ask('admin', AUTH_LIST_ACL)).body).to.deep.equal([told])
    const filtered = await ask('admin', AUTH_LIST_ACL, { resourceFilter: 'Group' })
    expect(JSON.stringify(filtered.body)).to.contain('Group:*').and.not.to.contain('Topic:A')
    expect((await ask('admin', AUTH_LIST_ACL, { subjectFilter: 'bob' })).body).to.equal(undefined)
  })

  it('forgets the rights of a user that is deleted', async () => {
    await grant(acl('*'))
    await ask('admin', RequestCode.AUTH_DELETE_USER, { username: 'alice' })
    expect((await ask('admin', AUTH_LIST_ACL)).body).to.equal(undefined)
  })

  const refused: [what: string, fields: object, body: object, remark: string][] = [
    ['nobody', { subject: 'User:eve' }, acl('*'), 'The subject of User:eve is not exist.'],
    ['no resource', SUBJECT, acl('Queue:a'), 'The resource is null.'],
    ['no action', SUBJECT, acl('*', 'Allow', { actions: ['Fly'] }), 'The actions is empty.'],
    ['any action', SUBJECT, acl('*', 'Allow', { actions: ['Any'] }), 'The actions can not be Any.'],
    ['no decision', SUBJECT, acl('*', 'Maybe'), 'The decision is null or illegal.'],
    ['no address', SUBJECT, acl('*', 'Allow', { sourceIps: ['x'] }), 'The source ip is invalid.'],
    ['no entries', SUBJECT, { policies: [{ entries: [] }] }, 'The policies is empty.'],
  ]
  for (const [what, fields, body, remark] of refused) {
    it(`refuses rights for ${what}`, async () => {
      const response = await ask('admin', AUTH_CREATE_ACL, fields, body)
      expect(response).to.include({ code: NO_PERMISSION, remark })
    })
  }

  it('refuses to take rights that are not there', async () => {
    const none = await ask('admin', AUTH_DELETE_ACL, SUBJECT)
    expect(none).to.include({ code: NO_PERMISSION, remark: 'The acl is not exist.' })
    const nobody = await ask('admin', AUTH_DELETE_ACL, { subject: 'User:eve' })
    expect(nobody).to.include({ code: NO_PERMISSION, remark: 'The subject is not exist.' })
  })
})
