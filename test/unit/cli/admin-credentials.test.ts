import { expect } from 'chai'
import { adminCredentials } from '../../../lib/cli/admin-credentials.ts'
import { toError } from '../../../lib/common/errors.ts'
import { UsageError } from '../../../lib/terminal/flags.ts'
import { SimFileSystem } from '../../helpers/sim-file-system.ts'
import { writeTextFile } from '../../../lib/admin/text-file.ts'

const HOME = { ROCKETMQ_HOME: '/opt/mq' }

describe('the credentials of mqadmin', () => {
  const files = new SimFileSystem()
  before(() => {
    const text = '# who\naccessKey: 007\nsecretKey: "file secret" # quoted\n'
    writeTextFile(files, '/opt/mq/conf/tools.yml', text)
  })

  it('are those of the flags, else those of the environment, else those of tools.yml', async () => {
    const environment = { ...HOME, ROCKETMQ_ACCESS_KEY: 'env', ROCKETMQ_SECRET_KEY: 'e' }
    const flags = { accessKey: 'flag', secretKey: 'f' }
    const nameOf = (...args: [typeof flags | object, Record<string, string>]) =>
      adminCredentials(args[0], args[1], files)
    expect(await nameOf(flags, environment)).to.deep.equal({ accessKey: 'flag', secretKey: 'f' })
    expect(await nameOf({}, environment)).to.deep.equal({ accessKey: 'env', secretKey: 'e' })
    expect(await nameOf({}, HOME)).to.deep.equal({ accessKey: '007', secretKey: 'file secret' })
  })

  it('are none where nothing says any', async () => {
    expect(await adminCredentials({}, {}, files)).to.equal(undefined)
    expect(await adminCredentials({}, { ROCKETMQ_HOME: '/elsewhere' }, files)).to.equal(undefined)
  })

  it('are not taken from a file that is no YAML, whose content is not told', async () => {
    writeTextFile(files, '/bad/conf/tools.yml', 'accessKey: [hidden')
    const error = await failure(adminCredentials({}, { ROCKETMQ_HOME: '/bad' }, files))
    expect(error).to.be.instanceOf(UsageError)
    expect(error.message).to.equal('/bad/conf/tools.yml: it is not YAML, or cannot be read')
  })

  it('are refused by half, without the secret', async () => {
    const environment = { ROCKETMQ_SECRET_KEY: 'hidden' }
    const error = await failure(adminCredentials({}, environment, files))
    expect(error).to.be.instanceOf(UsageError)
    expect(error.message).to.equal('ROCKETMQ_ACCESS_KEY and ROCKETMQ_SECRET_KEY: both are needed')
  })
})

function failure(promise: Promise<unknown>): Promise<Error> {
  return promise.then(() => new Error('nothing failed'), toError)
}
