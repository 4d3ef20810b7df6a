import type { UserInfo } from '../../../../codec/body/user-info.ts'
import { defineCommand } from '../../command.ts'
import type { MqAdminClient } from '../../mq-admin-client.ts'
import { required, text } from '../../option.ts'
import { splitList } from './on-brokers.ts'
import { createUserAt, getUserAt, listUsersAt, updateUserAt } from './user-calls.ts'

/** Apache: tools.command.auth.CopyUsersSubCommand */
export const copyUser = defineCommand({
  name: 'copyUser',
  text: 'Copies users from one broker to another.',
  options: {
    fromBroker: required(text('f', 'HOST:PORT', 'broker that has the users')),
    toBroker: required(text('t', 'HOST:PORT', 'broker that gets them')),
    usernames: text('u', 'NAME,...', 'these users; all by default'),
  },
  async run({ admin, output }, { fromBroker, toBroker, usernames }) {
    for (const user of await wantedUsers(admin, fromBroker, usernames)) {
      const { username } = user
      const old = await getUserAt(admin, toBroker, username)
      if (old === undefined) await createUserAt(admin, toBroker, user)
      else await updateUserAt(admin, toBroker, user)
      output.print({ username, fromBroker, toBroker }, [
        `copy user of ${username} from ${fromBroker} to ${toBroker} success.`,
      ])
    }
  },
})

async function wantedUsers(
  admin: MqAdminClient,
  address: string,
  usernames: string | undefined,
): Promise<UserInfo[]> {
  if (usernames === undefined) return listUsersAt(admin, address)
  const users: UserInfo[] = []
  for (const username of splitList(usernames)) {
    const user = await getUserAt(admin, address, username)
    if (user !== undefined) users.push(user)
  }
  return users
}
