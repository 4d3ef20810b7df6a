import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { RemotingCommand } from '../../../codec/remoting-command.ts'
import { RequestCode } from '../../../codec/request-code.ts'
import { ResponseCode } from '../../../codec/response-code.ts'
import { signRequest } from '../../../lib/auth/session-credentials.ts'
import { BrokerFixture } from '../../helpers/broker-fixture.ts'
import { BrokerGroup, ask as askBroker } from '../../helpers/broker-group.ts'

const PROVIDER =
  'org.apache.rocketmq.auth.authentication.provider.LocalAuthenticationMetadataProvider'
const ADMIN = { username: 'admin', password: 'admin-secret' }
const SETTINGS = {
  authenticationEnabled: 'true',
  authenticationMetadataProvider: PROVIDER,
  authenticationWhitelist: `${RequestCode.GET_BROKER_RUNTIME_INFO}, ${RequestCode.GET_MAX_OFFSET}`,
  initAuthenticationUser: JSON.stringify(ADMIN),
  innerClientAuthenticationCredentials: '{"accessKey":"inner","secretKey":"inner-secret"}',
}
const NOT_PERMITTED = ResponseCode.NO_PERMISSION

describe('a broker with authentication', () => {
  let broker: BrokerFixture

  afterEach(() => broker.close())

  async function start(settings: Record<string, string> = {}) {
    broker = new BrokerFixture({ ...SETTINGS, ...settings })
    await broker.start()
  }

  /** The answer to a request signed by `user`. */
  async function ask(user: typeof ADMIN, code: number, fields = {}, body?: object | string) {
    const bytes = body === undefined ? undefined : Buffer.from(JSON.stringify(body))
    const request = RemotingCommand.request(code, fields, bytes)
    signRequest(request, { accessKey: user.username, secretKey: user.password })
    return broker.invoke(code, request.extFields, bytes)
  }

  function outcome({ code, remark, body }: RemotingCommand) {
    return [code, remark, body === undefined ? undefined : (JSON.parse(String(body)) as unknown)]
  }

  const TELL = RequestCode.GET_ALL_TOPIC_CONFIG

  it('takes what is signed with the right secret, and refuses the rest with the reason', async () => {
    await start()
    expect((await ask(ADMIN, TELL)).code).to.equal(ResponseCode.SUCCESS)
    const wrong = await ask({ ...ADMIN, password: 'x' }, TELL)
    expect(outcome(wrong)).to.deep.equal([NOT_PERMITTED, 'check signature failed.', undefined])
    const unknown = await ask({ username: 'eve', password: 'x' }, TELL)
    expect(unknown.remark).to.equal('User:eve is not found.')
    expect((await broker.invoke(TELL)).remark).to.equal('username cannot be null.')
    const unsigned = await broker.invoke(TELL, { AccessKey: 'admin' })
    expect(outcome(unsigned)).to.deep.equal([NOT_PERMITTED, 'check signature failed.', undefined])
  })

  it('refuses fields and bodies that were not signed', async () => {
    await start()
    const request = RemotingCommand.request(TELL, { a: '1' }, Buffer.from('{}'))
    signRequest(request, { accessKey: 'admin', secretKey: ADMIN.password })
    const fields = request.extFields ?? {}
    const changed = [
      await broker.invoke(TELL, { ...fields, b: '2' }, request.body),
      await broker.invoke(TELL, { ...fields, a: '2' }, request.body),
      await broker.invoke(TELL, fields, Buffer.from('{ }')),
    ]
    expect(changed.map(({ remark }) => remark)).to.deep.equal(
      changed.map(() => 'check signature failed.'),
    )
    expect((await broker.invoke(TELL, fields, request.body)).code).to.equal(ResponseCode.SUCCESS)
  })

  it('takes codes of the white list unsigned', async () => {
    await start()
    const response = await broker.invoke(RequestCode.GET_BROKER_RUNTIME_INFO)
    expect(response.code).to.equal(ResponseCode.SUCCESS)
  })

  it('takes no request without a provider', async () => {
    broker = new BrokerFixture({ authenticationEnabled: 'true' })
    await broker.start()
    const response = await ask(ADMIN, TELL)
    const remark = 'The authenticationMetadataProvider is not configured'
    expect(outcome(response)).to.deep.equal([NOT_PERMITTED, remark, undefined])
  })

  it('does not tell how access control is set', async () => {
    await start()
    const { body } = await ask(ADMIN, RequestCode.GET_BROKER_CONFIG)
    expect(String(body))
      .to.contain('brokerName=')
      .and.not.to.match(/secret|authentic/)
  })

  it('makes, changes, tells and deletes users, and keeps them', async () => {
    await start()
    const name = { username: 'alice' }
    const alice = { username: 'alice', password: 'a1' }
    const { SUCCESS } = ResponseCode
    const create = await ask(ADMIN, RequestCode.AUTH_CREATE_USER, name, alice)
    expect(outcome(create)).to.deep.equal([SUCCESS, undefined, undefined])
    const again = await ask(ADMIN, RequestCode.AUTH_CREATE_USER, name, alice)
    expect(outcome(again)).to.deep.equal([NOT_PERMITTED, 'The user is existed', undefined])
    await broker.restart()
    expect((await ask(alice, TELL)).code).to.equal(SUCCESS)

    const told = { ...alice, userType: 'Normal', userStatus: 'enable' }
    const get = await ask(ADMIN, RequestCode.AUTH_GET_USER, name)
    expect(outcome(get)).to.deep.equal([SUCCESS, undefined, told])
    const list = await ask(ADMIN, RequestCode.AUTH_LIST_USER, { filter: 'li' })
    expect(outcome(list)).to.deep.equal([SUCCESS, undefined, [told]])

    const disabled = { userStatus: 'DISABLE' }
    await ask(ADMIN, RequestCode.AUTH_UPDATE_USER, name, disabled)
    expect((await ask(alice, TELL)).remark).to.equal('User:alice is disabled.')
    await ask(ADMIN, RequestCode.AUTH_DELETE_USER, name)
    expect((await ask(alice, TELL)).remark).to.equal('User:alice is not found.')
    const gone = await ask(ADMIN, RequestCode.AUTH_GET_USER, name)
    expect(outcome(gone)).to.deep.equal([SUCCESS, undefined, undefined])
    const file = JSON.parse(readFileSync(join(broker.storePath, 'config/users.json'), 'utf8')) as {
      username: string
    }[]
    expect(file.map(({ username }) => username)).to.deep.equal(['admin', 'inner'])
  })

  it('lets only super users touch super users', async () => {
    await start()
    const alice = { username: 'alice', password: 'a1' }
    await ask(ADMIN, RequestCode.AUTH_CREATE_USER, { username: 'alice' }, alice)
    const bob = { username: 'bob' }
    const superBob = { password: 'b', userType: 'Super' }
    expect(
      outcome(await ask(alice, RequestCode.AUTH_CREATE_USER, bob, superBob)).slice(0, 2),
    ).to.deep.equal([ResponseCode.SYSTEM_ERROR, 'The super user can only be create by super user'])
    const remark = 'The super user can only be update by super user'
    const admin = { username: 'admin' }
    const update = await ask(alice, RequestCode.AUTH_UPDATE_USER, admin, { password: 'mine' })
    expect(outcome(update).slice(0, 2)).to.deep.equal([NOT_PERMITTED, remark])
    const remove = await ask(alice, RequestCode.AUTH_DELETE_USER, admin)
    expect(outcome(remove).slice(0, 2)).to.deep.equal([NOT_PERMITTED, remark])
    expect((await ask(ADMIN, TELL)).code).to.equal(ResponseCode.SUCCESS)
  })

  const refused: [string, number, Record<string, string>, object, unknown[]][] = [
    ['no name', RequestCode.AUTH_CREATE_USER, {}, {}, [29, 'The username is blank']],
    [
      'no password',
      RequestCode.AUTH_CREATE_USER,
      { username: 'u' },
      {},
      [NOT_PERMITTED, 'password can not be blank'],
    ],
    [
      'nobody',
      RequestCode.AUTH_UPDATE_USER,
      { username: 'u' },
      {},
      [NOT_PERMITTED, 'The user is not exist'],
    ],
    [
      'a blank name',
      RequestCode.AUTH_GET_USER,
      { username: ' ' },
      {},
      [29, 'The username is blank'],
    ],
  ]
  for (const [what, code, fields, body, expected] of refused) {
    it(`refuses ${code} for ${what}`, async () => {
      await start()
      expect(outcome(await ask(ADMIN, code, fields, body)).slice(0, 2)).to.deep.equal(expected)
    })
  }

  it('does not start with users that cannot be made, and does not say their secrets', async () => {
    const line = 'initAuthenticationUser: expected is {"username":"..","password":".."}'
    for (const value of ['{"password":"top"}', 'top', '{"username":"top"']) {
      broker = new BrokerFixture({ ...SETTINGS, initAuthenticationUser: value })
      const error = await broker.start().then(
        () => undefined,
        (failure: unknown) => failure as Error,
      )
      expect(error?.message).to.equal(line)
      await broker.close()
    }
  })
})

describe('brokers with authentication', () => {
  let group: BrokerGroup

  beforeEach(async () => {
    group = new BrokerGroup()
    await group.start()
  })
  afterEach(() => group.close())

  function signed(code: number, fields = {}, body?: string): RemotingCommand {
    const bytes = body === undefined ? undefined : Buffer.from(body)
    const request = RemotingCommand.request(code, fields, bytes)
    signRequest(request, { accessKey: ADMIN.username, secretKey: ADMIN.password })
    return request
  }

  it('sign what they ask each other, and log no secrets', async () => {
    const master = await group.startBroker('m', SETTINGS)
    const topic = { topic: 'Guarded', defaultTopic: 'TBW102', topicFilterType: 'SINGLE_TAG' }
    const numbers = { readQueueNums: '1', writeQueueNums: '1', perm: '6', order: 'false' }
    const make = signed(RequestCode.UPDATE_AND_CREATE_TOPIC, { ...topic, ...numbers })
    expect((await askBroker(master.address.toString(), make)).code).to.equal(ResponseCode.SUCCESS)
    const slave = await group.startBroker('s', { ...SETTINGS, brokerRole: 'SLAVE', brokerId: '1' })
    const topics = async () => {
      const request = signed(RequestCode.GET_ALL_TOPIC_CONFIG)
      return String((await askBroker(slave.address.toString(), request)).body)
    }
    let taken = await topics()
    while (!taken.includes('Guarded')) taken = await topics()
    await askBroker(slave.address.toString(), signed(RequestCode.AUTH_GET_USER, { username: 'x' }))
    const lines = JSON.stringify(group.logger.lines)
    expect(lines).to.contain('slave').and.not.to.contain('-secret')
  })

  it('log no secrets of users who are made, changed, refused or wrongly written', async () => {
    const { address } = await group.startBroker('m', SETTINGS)
    const ask = (request: RemotingCommand) => askBroker(address.toString(), request)
    const codes = []
    for (const [code, body] of [
      [RequestCode.AUTH_CREATE_USER, '{"password":"first-secret"}'],
      [RequestCode.AUTH_CREATE_USER, '{"password":"second-secret"}'],
      [RequestCode.AUTH_UPDATE_USER, '{"password":"third-secret"}'],
      [RequestCode.AUTH_UPDATE_USER, '{"password":"open-secret'],
      [RequestCode.AUTH_UPDATE_USER, '{"password":{"a":"deep-secret"}}'],
      [RequestCode.UPDATE_BROKER_CONFIG, 'tls.client.keyPassword=key-secret'],
      [RequestCode.UPDATE_BROKER_CONFIG, 'initAuthenticationUsr=misspelt-secret'],
    ] as const) {
      codes.push((await ask(signed(code, { username: 'bob' }, body))).code)
    }
    const { SUCCESS, SYSTEM_ERROR } = ResponseCode
    expect(codes).to.deep.equal([
      ...[SUCCESS, NOT_PERMITTED, SUCCESS, SYSTEM_ERROR, SYSTEM_ERROR, SUCCESS, SUCCESS],
    ])
    const asBob = RemotingCommand.request(RequestCode.GET_BROKER_CONFIG, {})
    signRequest(asBob, { accessKey: 'bob', secretKey: 'wrong-secret' })
    expect((await ask(asBob)).remark).to.equal('check signature failed.')
    const lines = JSON.stringify(group.logger.lines)
    expect(lines).to.contain('not authenticated').and.not.to.contain('-secret')
  })
})
