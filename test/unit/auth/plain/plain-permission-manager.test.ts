import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { BatchAckMessageRequestBody } from '../../../../codec/body/pop-ack.ts'
import { LiteSubscriptionCtlRequestBody } from '../../../../codec/body/lite-subscription.ts'
import { RemotingCommand } from '../../../../codec/remoting-command.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { AclError } from '../../../../lib/auth/plain/acl-error.ts'
import type { PlainAccessConfig } from '../../../../lib/auth/plain/plain-access-data.ts'
import { PlainAccessFiles } from '../../../../lib/auth/plain/plain-access-files.ts'
import { PlainPermissionManager } from '../../../../lib/auth/plain/plain-permission-manager.ts'
import { signRequest } from '../../../../lib/auth/session-credentials.ts'
import { NodeFileSystem } from '../../../../lib/common/file-system.ts'
import { RecordingLogger } from '../../../helpers/recording-logger.ts'
import { SimClock } from '../../../helpers/sim-clock.ts'
import { makeTempDirectory } from '../../../helpers/temp-directory.ts'

const CODE = 28

describe('PlainPermissionManager', () => {
  let home: ReturnType<typeof makeTempDirectory>
  let clock: SimClock
  let logger: RecordingLogger
  let manager: PlainPermissionManager

  beforeEach(async () => {
    home = makeTempDirectory()
    mkdirSync(join(home.path, 'conf', 'acl', 'deep'), { recursive: true })
    clock = new SimClock()
    logger = new RecordingLogger()
    const files = new PlainAccessFiles(new NodeFileSystem(), home.path)
    await files.open()
    manager = new PlainPermissionManager({ files, clusterName: 'C', clock, logger })
  })

  afterEach(() => home.remove())

  function write(name: string, ...secrets: string[]): void {
    const accounts = secrets.map((secret) => {
      const [accessKey] = secret.split(':')
      return `- {accessKey: ${accessKey}, secretKey: ${secret.slice(secret.indexOf(':') + 1)}}`
    })
    writeFileSync(join(home.path, 'conf', name), `accounts:\n${accounts.join('\n')}\n`)
  }

  function problem(accessKey: string, secretKey: string, code = CODE): string | undefined {
    const request = RemotingCommand.request(code, { a: 'b' })
    signRequest(request, { accessKey, secretKey })
    return manager.findProblem(request, '127.0.0.1')
  }

  it('reads conf/acl with all that is below, and conf/plain_acl.yml; the first counts', () => {
    write('plain_acl.yml', 'key-one:secret-plain', 'key-two:secret-two')
    write('acl/b.yaml', 'key-one:secret-acl')
    write('acl/deep/c.yml', 'key-three:secret-three')
    write('acl/notes.txt', 'key-four:secret-four')
    manager.load()
    expect(problem('key-one', 'secret-acl')).to.equal(undefined)
    expect(problem('key-two', 'secret-two')).to.equal(undefined)
    expect(problem('key-three', 'secret-three')).to.equal(undefined)
    expect(problem('key-four', 'secret-four')).to.equal('No acl config for key-four')
    expect(logger.atLeast('warn').map(({ fields }) => fields['accessKey'])).to.deep.equal([
      'key-one',
    ])
  })

  it('takes up files that change, come and go', () => {
    manager.load()
    expect(problem('key-one', 'secret-one')).to.equal('No acl config for key-one')
    write('plain_acl.yml', 'key-one:secret-one')
    expect(problem('key-one', 'secret-one'), 'too early').to.equal('No acl config for key-one')
    clock.advance(500)
    expect(problem('key-one', 'secret-one')).to.equal(undefined)
    write('plain_acl.yml', 'key-one:secret-changed')
    write('acl/new.yml', 'key-new:secret-new')
    clock.advance(500)
    expect(problem('key-one', 'secret-one')).to.equal(
      'Check signature failed for accessKey=key-one',
    )
    expect(problem('key-new', 'secret-new')).to.equal(undefined)
    rmSync(join(home.path, 'conf', 'acl', 'new.yml'))
    clock.advance(500)
    expect(problem('key-new', 'secret-new')).to.equal('No acl config for key-new')
  })

  it('keeps what it knows while a file is wrong, and tells no secret', () => {
    write('plain_acl.yml', 'key-one:secret-one')
    manager.load()
    for (const text of ['accounts: [', 'accounts: {a: b}', '- x', 'accounts:\n- {accessKey: a}']) {
      writeFileSync(join(home.path, 'conf', 'plain_acl.yml'), text)
      clock.advance(500)
      expect(problem('key-one', 'secret-one')).to.equal(undefined)
    }
    expect(logger.atLeast('warn')).to.have.length(4)
    write('plain_acl.yml', 'key-one:secret-two', 'key-two:short')
    clock.advance(500)
    expect(problem('key-one', 'secret-one')).to.equal(undefined)
    expect(JSON.stringify(logger.lines)).not.to.match(/secret-|short/)
  })

  it('quotes nothing of a file that is wrong', async () => {
    const warnings: Error[] = []
    const onWarning = (warning: Error) => warnings.push(warning)
    process.on('warning', onWarning)
    for (const secret of [
      '*secret-a',
      '|secret-b',
      '"secret-c',
      '@secret-d',
      '&secret-e: f',
      '!secret-f',
    ]) {
      writeFileSync(join(home.path, 'conf', 'plain_acl.yml'), `accounts: ${secret}`)
      clock.advance(500)
      problem('key-one', 'secret-one')
    }
    await new Promise(setImmediate)
    process.off('warning', onWarning)
    expect(logger.atLeast('warn')).to.have.length(5)
    expect(JSON.stringify([logger.lines, warnings])).not.to.contain('secret')
  })

  it('lets no account make by requests of 5.x what those of 4.x refuse', () => {
    write('plain_acl.yml', 'key-one:secret-one')
    manager.load()
    const codes = [18, 225, 513, 3001, 3002, 3003, 3006, 3007, 3008]
    expect(codes.map((code) => problem('key-one', 'secret-one', code))).to.deep.equal(
      codes.map(
        (code) => `Need admin permission for request code=${code}, but accessKey=key-one is not`,
      ),
    )
  })

  it('asks for rights on lite topics as on others', () => {
    write('plain_acl.yml', 'key-one:secret-one')
    manager.load()
    const pop = RemotingCommand.request(RequestCode.POP_LITE_MESSAGE, {
      topic: 'T',
      consumerGroup: 'G',
    })
    const subscribe = RemotingCommand.request(RequestCode.LITE_SUBSCRIPTION_CTL)
    subscribe.body = LiteSubscriptionCtlRequestBody.encode({
      subscriptionSet: [{ topic: 'T', group: 'G', liteTopicSet: ['L'], version: 0 }],
    })
    const problems = [pop, subscribe].map((request) => {
      signRequest(request, { accessKey: 'key-one', secretKey: 'secret-one' })
      return manager.findProblem(request, '127.0.0.1')
    })
    expect(problems).to.deep.equal(Array(2).fill('No default permission for topic:T'))
  })

  describe('changed by an administrator', () => {
    const path = () => join(home.path, 'conf', 'plain_acl.yml')
    const NEW: PlainAccessConfig = {
      ...{ accessKey: 'key-new', secretKey: 'secret-new', admin: true, topicPerms: [] },
      ...{ whiteRemoteAddress: undefined, groupPerms: undefined },
      ...{ defaultTopicPerm: undefined, defaultGroupPerm: undefined },
    }

    it('counts at once, in a file for the owner only, even where others could read it', () => {
      write('plain_acl.yml', 'key-one:secret-one')
      chmodSync(path(), 0o644)
      manager.load()
      manager.updateAccessConfig(NEW)
      expect(problem('key-new', 'secret-new')).to.equal(undefined)
      for (const file of [path(), `${path()}.bak`]) {
        expect(statSync(file).mode & 0o777, file).to.equal(0o600)
      }
      expect(manager.deleteAccessConfig('key-new')).to.equal(true)
      expect(problem('key-new', 'secret-new')).to.equal('No acl config for key-new')
    })

    it('is not written while any file is wrong', () => {
      write('plain_acl.yml', 'key-one:secret-one')
      manager.load()
      writeFileSync(join(home.path, 'conf', 'acl', 'broken.yml'), 'accounts: [')
      const before = readFileSync(path(), 'utf8')
      const changes = [
        () => manager.updateAccessConfig(NEW),
        () => manager.deleteAccessConfig('key-one'),
        () => manager.updateGlobalWhiteAddrsConfig(['10.0.0.1'], ''),
      ]
      for (const change of changes) expect(change).to.throw(AclError, 'broken.yml')
      expect(readFileSync(path(), 'utf8')).to.equal(before)
      expect(problem('key-new', 'secret-new')).to.equal('No acl config for key-new')
      expect(problem('key-one', 'secret-one')).to.equal(undefined)
    })

    it('changes nothing when it cannot be written', async () => {
      class FullDisk extends NodeFileSystem {
        override createPrivate(): never {
          throw new Error('ENOSPC')
        }
      }
      const files = new PlainAccessFiles(new FullDisk(), home.path)
      await files.open()
      manager = new PlainPermissionManager({ files, clusterName: 'C', clock, logger })
      expect(() => manager.updateAccessConfig(NEW)).to.throw('ENOSPC')
      expect(problem('key-new', 'secret-new')).to.equal('No acl config for key-new')
    })
  })

  it('asks for rights on what follows a pop, and on recalls', () => {
    writeFileSync(
      join(home.path, 'conf', 'plain_acl.yml'),
      'accounts:\n- {accessKey: key-one, secretKey: secret-one, groupPerms: [G=SUB], topicPerms: [T=SUB]}',
    )
    manager.load()
    const ask = (code: number, topic: string, consumerGroup: string) => {
      const request = RemotingCommand.request(code, { topic, consumerGroup })
      if (code === RequestCode.BATCH_ACK_MESSAGE) {
        const ack = { c: consumerGroup, t: topic, r: '0', so: 0, q: 0, rq: 0, pt: 0, it: 0 }
        request.extFields = undefined
        request.body = BatchAckMessageRequestBody.encode({
          brokerName: 'b',
          acks: [{ ...ack, b: Buffer.alloc(0) }],
        })
      }
      signRequest(request, { accessKey: 'key-one', secretKey: 'secret-one' })
      return manager.findProblem(request, '127.0.0.1')
    }
    for (const code of [200_051, 200_053, 200_054, 200_055, 200_151]) {
      expect(ask(code, 'T', 'G'), String(code)).to.equal(undefined)
      expect(ask(code, '%RETRY%G_T', 'G'), String(code)).to.equal(undefined)
      expect(ask(code, 'T', 'H'), String(code)).to.match(/^No default permission for group:/)
      expect(ask(code, 'U', 'G'), String(code)).to.equal('No default permission for topic:U')
    }
    const recall = RequestCode.RECALL_MESSAGE
    expect(ask(recall, 'T', 'G')).to.equal('No permission for topic:T')
  })

  it('asks for rights on replies to other topics than that for replies, and on the group whose retry topic is sent to', () => {
    writeFileSync(
      join(home.path, 'conf', 'plain_acl.yml'),
      'accounts:\n- {accessKey: key-one, secretKey: secret-one, groupPerms: [G=SUB], topicPerms: [T=PUB]}',
    )
    manager.load()
    const send = (code: number, topic: string) => {
      const fields = { ...{ topic, group: 'G' }, ...{ b: topic, a: 'G' } }
      const request = RemotingCommand.request(code, fields)
      signRequest(request, { accessKey: 'key-one', secretKey: 'secret-one' })
      return manager.findProblem(request, '127.0.0.1')
    }
    for (const code of [RequestCode.SEND_REPLY_MESSAGE, RequestCode.SEND_REPLY_MESSAGE_V2]) {
      expect(send(code, 'C_REPLY_TOPIC')).to.equal(undefined)
      expect(send(code, 'T')).to.equal(undefined)
      expect(send(code, 'U')).to.equal('No default permission for topic:U')
    }
    for (const code of [RequestCode.SEND_MESSAGE, RequestCode.SEND_MESSAGE_V2]) {
      expect(send(code, '%RETRY%G')).to.equal(undefined)
      expect(send(code, '%RETRY%H')).to.equal('No default permission for group:H')
    }
  })

  it('takes numbers for the texts that they are, and an empty file for none', () => {
    writeFileSync(
      join(home.path, 'conf', 'plain_acl.yml'),
      [
        'globalWhiteRemoteAddresses:',
        'accounts:',
        '- accessKey: 12345678',
        '  secretKey: 87654321',
        '  whiteRemoteAddress:',
        '  admin: "true"',
        '- accessKey: 00712345678901234567890',
        '  secretKey: 1e10000',
        '  whiteRemoteAddress: null',
        '  topicPerms: ~',
      ].join('\n'),
    )
    writeFileSync(join(home.path, 'conf', 'acl', 'empty.yml'), '# nothing\n')
    manager.load()
    expect(problem('12345678', '87654321')).to.equal(undefined)
    expect(problem('00712345678901234567890', '1e10000')).to.equal(undefined)
  })
})
