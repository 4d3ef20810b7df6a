import type { AclInfo } from '../../../../codec/body/acl-info.ts'
import { defineCommand } from '../../command.ts'
import type { MqAdminClient } from '../../mq-admin-client.ts'
import { required, text } from '../../option.ts'
import { createAclAt, getAclAt, listAclsAt, updateAclAt } from './acl-calls.ts'
import { splitList } from './on-brokers.ts'

/** Apache: tools.command.auth.CopyAclsSubCommand */
export const copyAcl = defineCommand({
  name: 'copyAcl',
  text: 'Copies rights from one broker to another.',
  options: {
    fromBroker: required(text('f', 'HOST:PORT', 'broker that has the rights')),
    toBroker: required(text('t', 'HOST:PORT', 'broker that gets them')),
    subjects: text('s', 'User:NAME,...', 'of these users; of all by default'),
  },
  async run({ admin, output }, { fromBroker, toBroker, subjects }) {
    for (const acl of await wantedAcls(admin, fromBroker, subjects)) {
      const { subject } = acl
      const old = await getAclAt(admin, toBroker, subject)
      if (old === undefined) await createAclAt(admin, toBroker, acl)
      else await updateAclAt(admin, toBroker, acl)
      output.print({ subject, fromBroker, toBroker }, [
        `copy acl of ${subject} from ${fromBroker} to ${toBroker} success.`,
      ])
    }
  },
})

async function wantedAcls(
  admin: MqAdminClient,
  address: string,
  subjects: string | undefined,
): Promise<AclInfo[]> {
  if (subjects === undefined) return listAclsAt(admin, address)
  const acls: AclInfo[] = []
  for (const subject of splitList(subjects)) {
    const acl = await getAclAt(admin, address, subject)
    if (acl !== undefined) acls.push(acl)
  }
  return acls
}
