import fs from 'node:fs'
import { connect } from 'node:net'
import { once } from 'node:events'
import path from 'node:path'
import { expect } from 'chai'
import { SystemClock } from '../../../lib/common/clock.ts'
import { NodeFileSystem } from '../../../lib/common/file-system.ts'
import { ConfigError } from '../../../lib/config/errors.ts'
import { loadConfigs } from '../../../lib/config/load.ts'
import type { TlsConfig } from '../../../lib/config/tls-config.ts'
import { TLS_OPTIONS } from '../../../lib/config/tls-config.ts'
import type { HATls } from '../../../lib/ha/ha-socket.ts'
import { createHATls } from '../../../lib/tls-startup.ts'
import { makeIdentity, type Identity } from '../../helpers/certificates.ts'
import { HAStore, type HAStoreOptions } from '../../helpers/ha-store.ts'
import { RecordingLogger } from '../../helpers/recording-logger.ts'
import { put } from '../../helpers/store.ts'
import { makeTempDirectory } from '../../helpers/temp-directory.ts'
import { SimClock } from '../../helpers/sim-clock.ts'
import { until } from '../../helpers/until.ts'

const MACHINE = { home: '/nowhere', hostName: 'x', processors: 2, environment: {} }
const FILES = { 'tls.test.mode.enable': 'false' }

describe('replication by TLS', () => {
  const authority = makeIdentity('authority')
  let directory: { path: string; remove: () => void }
  let running: HAStore[]

  beforeEach(() => {
    directory = makeTempDirectory()
    running = []
  })
  afterEach(async () => {
    for (const { store } of running.reverse()) await store.stop()
    directory.remove()
  })

  function tlsOf(settings: Record<string, string>): HATls | undefined {
    const entries = new Map(Object.entries(settings))
    const loaded = loadConfigs({ tls: TLS_OPTIONS }, [{ source: 'test', entries }], MACHINE)
    const runtime = { clock: new SystemClock(), fileSystem: new NodeFileSystem() }
    const config: TlsConfig = loaded.configs.tls
    return createHATls(config, true, { ...runtime, logger: new RecordingLogger() })
  }

  /** Settings of one side that shows this certificate, and wants one that the authority has signed. */
  function trusting(side: 'server' | 'client', identity: Identity): Record<string, string> {
    const write = (name: string, text: string): string => {
      const file = path.join(directory.path, name)
      fs.writeFileSync(file, text)
      return file
    }
    const keyPath = write(`${side}.key`, identity.key)
    const certPath = write(`${side}.pem`, identity.cert)
    const trustCertPath = write('ca.pem', authority.cert)
    return {
      ...FILES,
      // A slave listens, too.
      ...{ 'tls.server.keyPath': keyPath, 'tls.server.certPath': certPath },
      ...(side === 'server'
        ? { 'tls.server.need.client.auth': 'require', 'tls.server.authClient': 'true' }
        : { 'tls.client.keyPath': keyPath, 'tls.client.certPath': certPath }),
      ...(side === 'client' && { 'tls.client.authServer': 'true' }),
      [`tls.${side}.trustCertPath`]: trustCertPath,
    }
  }

  async function start(name: string, options: Partial<HAStoreOptions>): Promise<HAStore> {
    const made = new HAStore({ directory: path.join(directory.path, name), ...options })
    running.push(made)
    await made.store.start()
    return made
  }

  const startMaster = (settings: Record<string, string>) => {
    return start('master', { tls: tlsOf(settings) as HATls })
  }

  function startSlave(master: HAStore, settings?: Record<string, string>): Promise<HAStore> {
    const config = { brokerRole: 'SLAVE' as const, haMasterAddress: master.address }
    return start('slave', { config, ...(settings && { tls: tlsOf(settings) as HATls }) })
  }

  const refusals = (master: HAStore) =>
    master.logger.lines
      .filter(({ event }) => event === 'a slave is refused')
      .map(({ fields }) => String(fields['reason']))

  it('copies the log, with certificates that each side trusts', async () => {
    const master = await startMaster(trusting('server', makeIdentity('master', authority)))
    const slave = await startSlave(master, trusting('client', makeIdentity('slave', authority)))
    const body = Buffer.alloc(3_000, 'x')
    for (let i = 0; i < 100; i++) await put(master.store, { body })
    await until(() => slave.log.maxOffset === master.log.maxOffset)
    expect(slave.store.getMaxOffsetInQueue('TopicA', 0)).to.be.within(1, 100)
    expect(refusals(master)).to.deep.equal([])
    const last = (store: HAStore) => store.log.dataInMemory(store.log.maxOffset - 3_000, 3_000)
    expect(last(slave)?.equals(last(master) ?? Buffer.alloc(0))).to.equal(true)
  })

  it('keeps out a slave that is not trusted', async () => {
    const master = await startMaster(trusting('server', makeIdentity('master', authority)))
    const slave = await startSlave(master, trusting('client', makeIdentity('slave')))
    await until(() => refusals(master).length > 0)
    expect(refusals(master)[0]).to.match(
      /^TLS: the peer is refused: its certificate is not trusted/,
    )
    expect(slave.log.maxOffset).to.equal(0)
  })

  it('keeps a slave from a master that is not trusted', async () => {
    const server = {
      ...trusting('server', makeIdentity('master')),
      'tls.server.need.client.auth': 'none',
    }
    const master = await startMaster(server)
    await put(master.store)
    const slave = await startSlave(master, trusting('client', makeIdentity('slave', authority)))
    await until(() => slave.logger.atLeast('error').length > 0)
    const [line] = slave.logger.atLeast('error')
    expect((line?.fields['err'] as { code?: string }).code).to.match(/SELF_SIGNED|UNABLE_TO_VERIFY/)
    expect(slave.log.maxOffset).to.equal(0)
  })

  it('keeps out a slave that speaks no TLS, and one that says nothing when the master stops', async () => {
    const master = await startMaster({})
    const slave = await startSlave(master)
    await until(() => refusals(master).length > 0)
    expect(refusals(master)[0]).to.match(/^TLS: /)
    await slave.store.stop()
    const silent = connect(master.ha.listenPort, '127.0.0.1')
    silent.on('error', () => undefined)
    await once(silent, 'connect')
    const closed = once(silent, 'close')
    await master.store.stop()
    await closed
  })

  it('waits ten seconds for the end of a handshake', async () => {
    const clock = new SimClock()
    const master = await start('master', { tls: tlsOf({}) as HATls, clock })
    const timersBefore = clock.pendingTimers
    const silent = connect(master.ha.listenPort, '127.0.0.1')
    silent.on('error', () => undefined)
    // The beginning of a record of 512 bytes.
    silent.write(Buffer.from('1603010200', 'hex'))
    await until(() => clock.pendingTimers > timersBefore)
    const closed = new Promise((resolve) => silent.once('close', resolve))
    clock.advance(9_999)
    expect(refusals(master)).to.deep.equal([])
    clock.advance(1)
    await closed
    await until(() => refusals(master).length > 0)
    expect(refusals(master)).to.have.length(1)
    expect(clock.pendingTimers).to.equal(timersBefore)
  })

  it('is refused without a certificate', () => {
    expect(() => tlsOf(FILES)).to.throw(ConfigError, 'haTlsEnable=true: tls.server.keyPath')
  })
})
