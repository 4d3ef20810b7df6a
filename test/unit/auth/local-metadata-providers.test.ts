import { statSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { LocalAuthenticationMetadataProvider } from '../../../lib/auth/local-authentication-metadata-provider.ts'
import { LocalAuthorizationMetadataProvider } from '../../../lib/auth/local-authorization-metadata-provider.ts'
import { UserStatus, UserType } from '../../../lib/auth/user.ts'
import { NodeFileSystem } from '../../../lib/common/file-system.ts'
import { makeTempDirectory } from '../../helpers/temp-directory.ts'

describe('local metadata providers', () => {
  const directory = makeTempDirectory()
  after(() => directory.remove())

  it('keep users and rights in files that only their owner can read', () => {
    const fileSystem = new NodeFileSystem()
    const paths = ['users.json', 'acls.json'].map((name) => join(directory.path, name)) as [
      string,
      string,
    ]
    const kind = { userType: UserType.SUPER, userStatus: UserStatus.ENABLE }
    const user = { username: 'u', password: 'p', ...kind }
    new LocalAuthenticationMetadataProvider(fileSystem, paths[0]).putUser(user)
    new LocalAuthorizationMetadataProvider(fileSystem, paths[1]).putAcl({
      ...{ subject: 'User:u', policies: [] },
    })
    expect(paths.map((path) => statSync(path).mode & 0o777)).to.deep.equal([0o600, 0o600])
    const reread = new LocalAuthenticationMetadataProvider(fileSystem, paths[0])
    reread.load()
    expect(reread.getUser('u')).to.deep.equal(user)
  })
})
