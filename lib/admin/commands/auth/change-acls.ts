import type { AclInfo } from '../../../../codec/body/acl-info.ts'
import { defineCommand } from '../../command.ts'
import { choice, required, text } from '../../option.ts'
import { ONE_OF_BROKER_OPTIONS } from '../../targets.ts'
import { createAclAt, deleteAclAt, updateAclAt } from './acl-calls.ts'
import { ALL_BROKERS_OPTIONS, onBrokers, splitList } from './on-brokers.ts'

const RIGHTS_OPTIONS = {
  ...ALL_BROKERS_OPTIONS,
  subject: required(text('s', 'User:NAME', 'who gets the rights')),
  resources: required(text('r', 'KIND:NAME,...', 'to what: Topic:orders,Group:*')),
  actions: required(text('a', 'ACTION,...', 'All, Pub, Sub, Create, Update, Delete, Get, List')),
  sourceIp: text('i', 'IP,...', 'from where: addresses or networks; from everywhere by default'),
  decision: required(choice('d', ['Allow', 'Deny'], 'whether it is allowed')),
}

interface Rights {
  readonly subject: string
  readonly resources: string
  readonly actions: string
  readonly sourceIp?: string | undefined
  readonly decision: string
}

/** Apache: tools.command.auth.CreateAclSubCommand */
export const createAcl = rightsCommand('create', 'Gives a user rights.', createAclAt)

/** Apache: tools.command.auth.UpdateAclSubCommand */
export const updateAcl = rightsCommand('update', 'Changes rights of a user.', updateAclAt)

/** Apache: tools.command.auth.DeleteAclSubCommand */
export const deleteAcl = defineCommand({
  name: 'deleteAcl',
  text: 'Takes rights from a user.',
  options: {
    ...ALL_BROKERS_OPTIONS,
    subject: required(text('s', 'User:NAME', 'who loses the rights')),
    resources: text('r', 'KIND:NAME', 'to what; to everything by default'),
  },
  oneOf: ONE_OF_BROKER_OPTIONS,
  async run(context, values) {
    const { subject, resources } = values
    await onBrokers(context, values, 'delete acl', (address) =>
      deleteAclAt(context.admin, address, subject, resources),
    )
  },
})

function rightsCommand(verb: string, text: string, change: typeof createAclAt) {
  return defineCommand({
    name: `${verb}Acl`,
    text,
    options: RIGHTS_OPTIONS,
    oneOf: ONE_OF_BROKER_OPTIONS,
    async run(context, values) {
      const acl = toAclInfo(values)
      await onBrokers(context, values, `${verb} acl`, (address) =>
        change(context.admin, address, acl),
      )
    },
  })
}

/** One entry for each resource, as Apache's tool sends them. */
function toAclInfo({ subject, resources, actions, sourceIp, decision }: Rights): AclInfo {
  const sourceIps = sourceIp === undefined ? undefined : splitList(sourceIp)
  const entries = splitList(resources).map((resource) => {
    return { resource, actions: splitList(actions), sourceIps, decision }
  })
  return { subject, policies: [{ policyType: undefined, entries }] }
}
