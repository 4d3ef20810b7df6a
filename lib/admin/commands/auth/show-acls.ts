import type { AclInfo } from '../../../../codec/body/acl-info.ts'
import { defineCommand } from '../../command.ts'
import { text } from '../../option.ts'
import { printf } from '../../printf.ts'
import { BROKER_OPTIONS, mastersOf, ONE_OF_BROKER_OPTIONS } from '../../targets.ts'
import { getAclAt, listAclsAt } from './acl-calls.ts'

const ROW = '%-16s  %-10s  %-22s  %-20s  %-24s  %-10s'

/** Apache: tools.command.auth.GetAclSubCommand */
export const getAcl = defineCommand({
  name: 'getAcl',
  text: 'Shows the rights of a user.',
  options: { ...BROKER_OPTIONS, subject: text('s', 'User:NAME', 'whose rights') },
  oneOf: ONE_OF_BROKER_OPTIONS,
  async run(context, values) {
    for (const address of await mastersOf(context, values)) {
      const acl = await getAclAt(context.admin, address, values.subject)
      if (acl !== undefined) context.output.print(acl, linesOf([acl]))
    }
  },
})

/** Apache: tools.command.auth.ListAclSubCommand */
export const listAcl = defineCommand({
  name: 'listAcl',
  text: 'Shows the rights of all users.',
  options: {
    ...BROKER_OPTIONS,
    subject: text('s', 'TEXT', 'those of users whose name contains it'),
    resource: text('r', 'TEXT', 'those to resources whose name contains it'),
  },
  oneOf: ONE_OF_BROKER_OPTIONS,
  async run(context, values) {
    for (const address of await mastersOf(context, values)) {
      const acls = await listAclsAt(context.admin, address, values.subject, values.resource)
      if (acls.length > 0) context.output.print(acls, linesOf(acls))
    }
  },
})

function linesOf(acls: readonly AclInfo[]): string[] {
  return [
    printf(ROW, '#Subject', '#PolicyType', '#Resource', '#Actions', '#SourceIp', '#Decision'),
    ...acls.flatMap(rowsOf),
  ]
}

function rowsOf({ subject, policies }: AclInfo): string[] {
  if (policies.length === 0) return [printf(ROW, subject, '', '', '', '', '')]
  return policies.flatMap(({ policyType, entries }) =>
    entries.map(({ resource, actions, sourceIps, decision }) => {
      const ips = sourceIps === undefined ? null : describeList(sourceIps)
      return printf(ROW, subject, policyType, resource, describeList(actions), ips, decision)
    }),
  )
}

/** Source: java.util.AbstractCollection#toString */
function describeList(values: readonly string[]): string {
  return `[${values.join(', ')}]`
}
