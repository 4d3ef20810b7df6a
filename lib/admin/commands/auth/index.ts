import type { AdminCommand } from '../../command.ts'
import { copyAcl } from './copy-acl.ts'
import { copyUser } from './copy-user.ts'
import { getAcl, listAcl } from './show-acls.ts'
import { getUser, listUser } from './show-users.ts'
import { createAcl, deleteAcl, updateAcl } from './change-acls.ts'
import { createUser, deleteUser, updateUser } from './change-users.ts'

export const AUTH_COMMANDS: readonly AdminCommand[] = [
  createUser,
  updateUser,
  deleteUser,
  getUser,
  listUser,
  copyUser,
  createAcl,
  updateAcl,
  deleteAcl,
  getAcl,
  listAcl,
  copyAcl,
]
