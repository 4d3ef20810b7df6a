import { defineCommand } from '../../command.ts'
import { choice, required, text } from '../../option.ts'
import { ONE_OF_BROKER_OPTIONS } from '../../targets.ts'
import { ALL_BROKERS_OPTIONS, onBrokers } from './on-brokers.ts'
import { createUserAt, deleteUserAt, updateUserAt } from './user-calls.ts'

const USER_TYPE = choice('t', ['Normal', 'Super'], 'whether the user may do everything')

/** Apache: tools.command.auth.CreateUserSubCommand */
export const createUser = defineCommand({
  name: 'createUser',
  text: 'Creates a user.',
  options: {
    ...ALL_BROKERS_OPTIONS,
    username: required(text('u', 'NAME', 'name of the user')),
    password: required(text('p', 'PASSWORD', 'password of the user')),
    userType: USER_TYPE,
  },
  oneOf: ONE_OF_BROKER_OPTIONS,
  async run(context, values) {
    const { username, password, userType } = values
    await onBrokers(context, values, 'create user', (address) =>
      createUserAt(context.admin, address, { username, password, userType, userStatus: undefined }),
    )
  },
})

/** Apache: tools.command.auth.UpdateUserSubCommand */
export const updateUser = defineCommand({
  name: 'updateUser',
  text: 'Changes the password, type or status of a user.',
  options: {
    ...ALL_BROKERS_OPTIONS,
    username: required(text('u', 'NAME', 'name of the user')),
    password: text('p', 'PASSWORD', 'new password'),
    userType: USER_TYPE,
    userStatus: choice('s', ['enable', 'disable'], 'whether the user may sign in'),
  },
  oneOf: ONE_OF_BROKER_OPTIONS,
  async run(context, values) {
    const { username, password, userType, userStatus } = values
    const change = { username, password, userType, userStatus }
    if ((password ?? userType ?? userStatus) === undefined) {
      throw new Error('nothing is to be changed: give -p, -t or -s')
    }
    await onBrokers(context, values, 'update user', (address) =>
      updateUserAt(context.admin, address, change),
    )
  },
})

/** Apache: tools.command.auth.DeleteUserSubCommand */
export const deleteUser = defineCommand({
  name: 'deleteUser',
  text: 'Deletes a user.',
  options: {
    ...ALL_BROKERS_OPTIONS,
    username: required(text('u', 'NAME', 'name of the user')),
  },
  oneOf: ONE_OF_BROKER_OPTIONS,
  async run(context, values) {
    await onBrokers(context, values, 'delete user', (address) =>
      deleteUserAt(context.admin, address, values.username),
    )
  },
})
