import { runClientProgram } from '../harness/client-program.ts'
import { Servers } from '../harness/servers.ts'
import type { Suite } from '../harness/suite.ts'
import { NEWEST, javaClient } from './java.ts'
import { withSettings } from './transactions.ts'

const CLASSES = 'org.apache.rocketmq.auth'
/** Where brokers keep users and rights; who asks is not checked by that alone. */
export const METADATA_PROVIDERS = {
  authenticationMetadataProvider: `${CLASSES}.authentication.provider.LocalAuthenticationMetadataProvider`,
  authorizationMetadataProvider: `${CLASSES}.authorization.provider.LocalAuthorizationMetadataProvider`,
}
const SETTINGS = {
  ...METADATA_PROVIDERS,
  authenticationEnabled: 'true',
  initAuthenticationUser: '{"username":"admin","password":"admin-secret"}',
  innerClientAuthenticationCredentials: '{"accessKey":"inner","secretKey":"inner-secret"}',
  authorizationEnabled: 'true',
}

/** The newest Java client with right secrets, wrong ones and none, with rights and without, on a broker that wants them. */
export const authSuite: Suite = {
  name: 'auth',
  tools: ['java', 'mvn'],
  targets: ['ours', 'apache'],
  async run(context) {
    const command = await javaClient(context, NEWEST, 'auth')
    const { namesrv, broker } = context.launchers
    const servers = await Servers.startOne(
      context.directory,
      namesrv,
      withSettings(broker, SETTINGS),
    )
    await runClientProgram(this.name, context, servers, command)
  },
}
