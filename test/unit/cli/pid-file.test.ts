import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { findPids, pidDirectory, PidFile } from '../../../lib/cli/pid-file.ts'
import { NodeFileSystem } from '../../../lib/common/file-system.ts'
import { RecordingLogger } from '../../helpers/recording-logger.ts'
import { SimFileSystem, simError } from '../../helpers/sim-file-system.ts'
import { makeTempDirectory } from '../../helpers/temp-directory.ts'

describe('pid files', () => {
  const directory = makeTempDirectory()
  const fileSystem = new NodeFileSystem()
  after(() => directory.remove())

  it('stand in $ROCKETMQ_HOME, or in the home of the user', () => {
    const machine = { home: '/home/me', hostName: 'box', processors: 1, environment: {} }
    expect(pidDirectory(machine)).to.equal('/home/me/.rocketmq-server/run')
    const environment = { ROCKETMQ_HOME: '/opt/mq' }
    expect(pidDirectory({ ...machine, environment })).to.equal('/opt/mq/run')
  })

  it('tell the processes of a server, until they are removed', () => {
    const run = join(directory.path, 'run')
    const file = new PidFile(fileSystem, run, 'mqbroker')
    file.write(new RecordingLogger())
    writeFileSync(join(run, 'mqbroker-77.pid'), '77\n')
    writeFileSync(join(run, 'mqnamesrv-78.pid'), '78\n')
    expect(findPids(fileSystem, run, 'mqbroker')).to.have.members([process.pid, 77])
    file.remove()
    expect(findPids(fileSystem, run, 'mqbroker')).to.deep.equal([77])
  })

  it('are not needed to start', () => {
    const logger = new RecordingLogger()
    writeFileSync(join(directory.path, 'file'), '')
    new PidFile(fileSystem, join(directory.path, 'file', 'run'), 'mqbroker').write(logger)
    expect(logger.atLeast('warn')).to.have.lengthOf(1)
  })

  it('are not removed where they could not be written', () => {
    const disk = new SimFileSystem()
    disk.fault = (operation) =>
      operation === 'create' || operation === 'remove' ? simError('EACCES') : undefined
    const file = new PidFile(disk, '/root/run', 'mqbroker')
    expect(() => file.remove()).not.to.throw()
    file.write(new RecordingLogger())
    expect(() => file.remove()).not.to.throw()
  })
})
