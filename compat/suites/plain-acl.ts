import fs from 'node:fs'
import path from 'node:path'
import { apacheBroker, apacheNamesrv, fetchJars } from '../harness/apache.ts'
import { runClientProgram } from '../harness/client-program.ts'
import type { BrokerLauncher, NamesrvLauncher } from '../harness/servers.ts'
import { Servers } from '../harness/servers.ts'
import type { Suite, SuiteContext } from '../harness/suite.ts'
import { javaClient } from './java.ts'

/** The last servers of Apache's that know accounts of 4.x, of those that Maven has. */
const LAST_VERSION = '5.2.0'
const OLD_CLIENT = '4.9.8'
const ACCOUNTS = `accounts:
- accessKey: rocketmq-admin
  secretKey: admin-secret
  admin: true
`

/** A Java client of 4.x on a broker with plain_acl.yml: right and wrong signatures, rights, white addresses, the tools' requests. */
export const plainAclSuite: Suite = {
  name: 'plain-acl',
  tools: ['java', 'mvn'],
  targets: ['ours', 'apache'],
  onRequest: true,
  async run(context) {
    const command = await javaClient(context, OLD_CLIENT, 'plain_acl')
    const { namesrv, broker } = await launchersOf(context)
    const servers = await Servers.startOne(context.directory, namesrv, withAccounts(broker))
    await runClientProgram(this.name, context, servers, command)
  },
}

async function launchersOf({
  launchers,
  compatDirectory,
}: SuiteContext): Promise<{ namesrv: NamesrvLauncher; broker: BrokerLauncher }> {
  const isOurs = launchers.standalone !== undefined
  if (isOurs) return launchers
  const jars = await fetchJars(compatDirectory, 'apache', LAST_VERSION)
  return { namesrv: apacheNamesrv(jars), broker: apacheBroker(jars) }
}

/** Apache takes its home from the environment, we from the configuration, too. */
function withAccounts(launch: BrokerLauncher): BrokerLauncher {
  return (spec) => {
    const conf = path.join(spec.directory, 'conf')
    const file = path.join(conf, 'plain_acl.yml')
    fs.mkdirSync(conf, { recursive: true })
    if (!fs.existsSync(file)) fs.writeFileSync(file, ACCOUNTS)
    const settings = { aclEnable: 'true', rocketmqHome: spec.directory }
    return launch({ ...spec, settings: { ...spec.settings, ...settings } })
  }
}
