import { expect } from 'chai'
import { RemotingCommand } from '../../../codec/remoting-command.ts'
import { RequestCode } from '../../../codec/request-code.ts'
import type { AuthenticationMetadataManager } from '../../../lib/auth/authentication-metadata-manager.ts'
import { signRequest } from '../../../lib/auth/session-credentials.ts'
import { SILENT_LOGGER } from '../../../lib/common/logger.ts'
import { loadConfigs } from '../../../lib/config/load.ts'
import { BROKER_TABLES } from '../../../lib/config/tables.ts'
import { AccessControl } from '../../../lib/broker/access-control.ts'
import { RequestDispatcher } from '../../../lib/remoting/request-dispatcher.ts'
import { FakeChannel } from '../../helpers/fake-channel.ts'
import { RecordingLogger } from '../../helpers/recording-logger.ts'
import { SimClock } from '../../helpers/sim-clock.ts'
import { SimFileSystem } from '../../helpers/sim-file-system.ts'

const CLASSES = 'org.apache.rocketmq.auth'
const SETTINGS = {
  storePathRootDir: '/store',
  authenticationEnabled: 'true',
  authenticationMetadataProvider: `${CLASSES}.authentication.provider.LocalAuthenticationMetadataProvider`,
  authenticationStrategy: `${CLASSES}.authentication.strategy.StatefulAuthenticationStrategy`,
  authenticationWhitelist: String(RequestCode.GET_MIN_OFFSET),
  authorizationMetadataProvider: `${CLASSES}.authorization.provider.LocalAuthorizationMetadataProvider`,
  authorizationStrategy: `${CLASSES}.authorization.strategy.StatefulAuthorizationStrategy`,
  initAuthenticationUser: '{"username":"admin","password":"right"}',
}
const MACHINE = { home: '/home', hostName: 'host', processors: 1, environment: {} }
const ASK: number = RequestCode.GET_MAX_OFFSET
const WRONG = 'check signature failed.'

describe('stateful strategies of access control', () => {
  let clock: SimClock
  let control: AccessControl
  let dispatcher: RequestDispatcher
  let channel: FakeHolder
  let logger: RecordingLogger

  class FakeHolder extends FakeChannel {
    hold(): void {}
    settle(): void {}
  }

  async function start(settings: Record<string, string> = {}): Promise<void> {
    clock = new SimClock()
    logger = new RecordingLogger()
    const entries = new Map(Object.entries({ ...SETTINGS, ...settings }))
    const { configs } = loadConfigs(BROKER_TABLES, [{ source: 'test', entries }], MACHINE)
    control = new AccessControl({
      ...{ config: configs.auth, brokerConfig: configs.broker, storeConfig: configs.store },
      ...{ fileSystem: new SimFileSystem(), clock, logger },
    })
    await control.load()
    dispatcher = new RequestDispatcher(SILENT_LOGGER)
    control.registerHooks(dispatcher)
    dispatcher.registerDefaultProcessor({ process: () => RemotingCommand.response(0) })
    channel = new FakeHolder()
  }

  /** undefined when the request passed, else the remark of its refusal. */
  function ask(
    user: string | undefined,
    password: string,
    code = ASK,
    fields = {},
    from = channel,
  ) {
    const request = RemotingCommand.request(code, { topic: 'T', queueId: '0', ...fields })
    if (user !== undefined) signRequest(request, { accessKey: user, secretKey: password })
    dispatcher.dispatch(request, from)
    const answer = from.responses.at(-1)
    return answer?.code === 0 ? undefined : answer?.remark
  }

  const users = (): AuthenticationMetadataManager => control.authenticationMetadataManager

  it('believe what was signed right once, for the same user, connection and time only', async () => {
    await start()
    expect(ask('admin', 'right')).to.equal(undefined)
    expect(ask('admin', 'wrong')).to.equal(undefined)
    expect(ask('eve', 'wrong')).to.equal('User:eve is not found.')
    expect(ask('admin', 'wrong', ASK, {}, new FakeHolder({ id: 2 }))).to.equal(WRONG)
    clock.advance(59_999)
    expect(ask('admin', 'wrong')).to.equal(undefined)
    clock.advance(1)
    expect(ask('admin', 'wrong')).to.equal(WRONG)
  })

  it('log no more than twenty refusals a second, however long the names are', async () => {
    await start()
    for (let i = 0; i < 100; i++) ask(`${'x'.repeat(2000)}${i}`, 'wrong')
    const lines = logger.lines.filter(({ event }) => event === 'not authenticated')
    expect(lines).to.have.length(20)
    expect(JSON.stringify(lines[0]).length).to.be.lessThan(2000)
  })

  it('refuse for as long, too', async () => {
    await start({ statefulAuthenticationCacheExpiredSecond: '5' })
    expect(ask('admin', 'wrong')).to.equal(WRONG)
    expect(ask('admin', 'right')).to.equal(WRONG)
    clock.advance(5_000)
    expect(ask('admin', 'right')).to.equal(undefined)
  })

  it('take a code of the white list for no proof of anything', async () => {
    await start()
    expect(ask(undefined, '', RequestCode.GET_MIN_OFFSET)).to.equal(undefined)
    expect(ask('admin', 'wrong', RequestCode.GET_MIN_OFFSET)).to.equal(undefined)
    expect(ask(undefined, '')).to.equal('username cannot be null.')
    expect(ask('admin', 'wrong')).to.equal(WRONG)
  })

  it('forget the oldest decisions beyond their number', async () => {
    await start({ statefulAuthenticationCacheMaxNum: '1' })
    ask('admin', 'right')
    expect(ask('admin', 'wrong')).to.equal(undefined)
    ask('eve', 'x')
    expect(ask('admin', 'wrong')).to.equal(WRONG)
  })

  it('remember rights by user, resource and action', async () => {
    await start({ authorizationEnabled: 'true' })
    ask('admin', 'right')
    expect(ask('admin', 'right')).to.equal(undefined)
    users().createUser({ username: 'bob', password: 'b' })
    const denied =
      'User:bob has no permission to access Topic:T from 127.0.0.1, no matched policies.'
    expect(ask('bob', 'b')).to.equal(denied)
    users().updateUser({ username: 'bob', userType: 'Super' })
    expect(ask('bob', 'b')).to.equal(denied)
    expect(ask('bob', 'b', ASK, { topic: 'T2' })).to.equal(undefined)
    expect(ask('bob', 'b', RequestCode.GET_ROUTEINFO_BY_TOPIC)).to.equal(undefined)
    clock.advance(60_000)
    expect(ask('bob', 'b')).to.equal(undefined)
  })
})
