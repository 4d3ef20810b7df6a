import fs from 'node:fs'
import path from 'node:path'
import { environmentName } from '../../lib/config/environment.ts'
import { type Identity, makeIdentity } from '../../test/helpers/certificates.ts'
import { runClientProgram } from '../harness/client-program.ts'
import type { Command } from '../harness/process.ts'
import { Servers } from '../harness/servers.ts'
import type { Suite } from '../harness/suite.ts'
import { NEWEST, javaClient } from './java.ts'

type Properties = Readonly<Record<string, string>>

/**
 * The newest Java client by TLS, on a broker that takes nothing else and registers by TLS. All of them check each other's
 * certificates. The name servers take plain connections too: the harness asks them so.
 */
export const tlsSuite: Suite = {
  name: 'tls',
  tools: ['java', 'mvn'],
  targets: ['ours', 'apache'],
  async run(context) {
    const client = await javaClient(context, NEWEST, 'smoke')
    const { namesrv, broker } = context.launchers
    const { onServers, onClients } = writeIdentities(path.join(context.directory, 'tls'))
    const enforcing = { ...onServers, ...onClients, 'tls.server.mode': 'enforcing' }
    const servers = await Servers.startPair(
      context.directory,
      (spec) => withTls(namesrv(spec), onServers),
      (spec) => withTls(broker(spec), enforcing),
    )
    const command = withTls(client, { ...onClients, 'tls.enable': 'true' })
    await runClientProgram(this.name, context, servers, command)
  },
}

/** Who may talk to whom: `server` and `client` are signed by `authority`, `expired` was, `stranger` is not. */
function writeIdentities(directory: string): { onServers: Properties; onClients: Properties } {
  fs.mkdirSync(directory, { recursive: true })
  const write = (name: string, { key, cert }: Identity) => {
    fs.writeFileSync(path.join(directory, `${name}.key`), key)
    fs.writeFileSync(path.join(directory, `${name}.pem`), cert)
  }
  const authority = makeIdentity('authority')
  write('authority', authority)
  write('server', makeIdentity('server', authority))
  write('client', makeIdentity('client', authority))
  write('expired', makeIdentity('expired', authority, { isExpired: true }))
  write('stranger', makeIdentity('stranger'))
  const file = (name: string) => path.join(directory, name)
  const common = { 'tls.test.mode.enable': 'false' }
  const onServers = {
    ...common,
    'tls.server.keyPath': file('server.key'),
    'tls.server.certPath': file('server.pem'),
    'tls.server.need.client.auth': 'require',
    'tls.server.authClient': 'true',
    'tls.server.trustCertPath': file('authority.pem'),
  }
  const onClients = {
    ...common,
    'tls.client.keyPath': file('client.key'),
    'tls.client.certPath': file('client.pem'),
    'tls.client.authServer': 'true',
    'tls.client.trustCertPath': file('authority.pem'),
  }
  return { onServers, onClients }
}

/** Java takes system properties, ours the environment. */
function withTls(command: Command, properties: Properties): Command {
  const entries = Object.entries(properties)
  if (command.program === 'java') {
    const options = entries.map(([key, value]) => `-D${key}=${value}`)
    return { ...command, args: [...options, ...command.args] }
  }
  const environment: Record<string, string> = { ...command.environment }
  for (const [key, value] of entries) environment[environmentName(key)] = value
  return { ...command, environment }
}
