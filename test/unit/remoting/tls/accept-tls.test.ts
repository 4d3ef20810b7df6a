import { Socket } from 'node:net'
import { expect } from 'chai'
import { acceptTls, TlsServerContext } from '../../../../lib/remoting/index.ts'
import { RecordingLogger } from '../../../helpers/recording-logger.ts'
import { SimClock } from '../../../helpers/sim-clock.ts'
import { SimFileSystem } from '../../../helpers/sim-file-system.ts'

describe('acceptTls', () => {
  it('rejects when the connection is closed while the certificate is being made', async () => {
    const context = new TlsServerContext({
      settings: {
        mode: 'permissive',
        testMode: true,
        needClientAuth: 'none',
        authClient: false,
        trustCertPath: undefined,
        keyPath: undefined,
        keyPassword: undefined,
        certPath: undefined,
      },
      fileSystem: new SimFileSystem(),
      clock: new SimClock(),
      logger: new RecordingLogger(),
    })
    const socket = new Socket()
    const failure = acceptTls(socket, context).catch((error: Error) => error)
    socket.destroy()
    expect(await failure).to.have.property('message', 'the connection was closed')
  })
})
