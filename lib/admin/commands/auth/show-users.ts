import type { UserInfo } from '../../../../codec/body/user-info.ts'
import { defineCommand } from '../../command.ts'
import { required, text } from '../../option.ts'
import { printf } from '../../printf.ts'
import { BROKER_OPTIONS, mastersOf, ONE_OF_BROKER_OPTIONS } from '../../targets.ts'
import { getUserAt, listUsersAt } from './user-calls.ts'

const ROW = '%-16s  %-22s  %-22s  %-22s'

/** Of a cluster, what the first master that has the user knows. Apache: tools.command.auth.GetUserSubCommand */
export const getUser = defineCommand({
  name: 'getUser',
  text: 'Shows a user.',
  options: { ...BROKER_OPTIONS, username: required(text('u', 'NAME', 'name of the user')) },
  oneOf: ONE_OF_BROKER_OPTIONS,
  async run(context, values) {
    for (const address of await mastersOf(context, values)) {
      const user = await getUserAt(context.admin, address, values.username)
      if (user !== undefined) return context.output.print(user, linesOf([user]))
    }
  },
})

/** Of a cluster, what the first master that has any knows. Apache: tools.command.auth.ListUserSubCommand */
export const listUser = defineCommand({
  name: 'listUser',
  text: 'Shows the users.',
  options: { ...BROKER_OPTIONS, filter: text('f', 'TEXT', 'those whose name contains it') },
  oneOf: ONE_OF_BROKER_OPTIONS,
  async run(context, values) {
    for (const address of await mastersOf(context, values)) {
      const users = await listUsersAt(context.admin, address, values.filter)
      if (users.length === 0) continue
      const isCluster = values.brokerAddr === undefined
      const source = isCluster ? [`get user from ${address} success.`] : []
      return context.output.print(users, [...linesOf(users), ...source])
    }
  },
})

function linesOf(users: readonly UserInfo[]): string[] {
  return [
    printf(ROW, '#UserName', '#Password', '#UserType', '#UserStatus'),
    ...users.map(({ username, password, userType, userStatus }) =>
      printf(ROW, username, password, userType, userStatus),
    ),
  ]
}
