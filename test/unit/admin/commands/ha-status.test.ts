import { expect } from 'chai'
import { HARuntimeInfo } from '../../../../codec/body/ha-runtime-info.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { haStatus } from '../../../../lib/admin/commands/ha/ha-status.ts'
import { timeMillisToHumanString } from '../../../../lib/common/clock.ts'
import { FakeServers, MASTER, SLAVE } from '../../../helpers/fake-servers.ts'

const NO_CLIENT = {
  lastReadTimestamp: 0,
  lastWriteTimestamp: 0,
  masterFlushOffset: 0,
  maxOffset: 0,
  transferredByteInSecond: 0,
}

describe('haStatus', () => {
  it('shows the slaves of a master', async () => {
    const servers = new FakeServers()
    const slave = { addr: SLAVE, diff: 10, slaveAckOffset: 90, transferFromWhere: 95 }
    const body = HARuntimeInfo.encode({
      haClientRuntimeInfo: NO_CLIENT,
      haConnectionInfo: [
        { ...slave, inSync: true, transferredByteInSecond: 2048 },
        { ...slave, inSync: false, transferredByteInSecond: 0 },
      ],
      inSyncSlaveNums: 1,
      master: true,
      masterCommitLogMaxOffset: 100,
    })
    servers.answer(MASTER, RequestCode.GET_BROKER_HA_STATUS, { body })
    const lines = await servers.run(haStatus, '-c C')
    expect(lines.slice(0, 5)).to.deep.equal([
      '',
      `#MasterAddr\t${MASTER}`,
      '#MasterCommitLogMaxOffset\t100',
      '#SlaveNum\t2',
      '#InSyncSlaveNum\t1',
    ])
    expect(lines.slice(6).map((line) => line.split(/ {2,}/))).to.deep.equal([
      [SLAVE, '90', '10', '2.00', 'OK', '95'],
      [SLAVE, '90', '10', '0.00', 'Fall Behind', '95'],
    ])
  })

  it('shows how far a slave is', async () => {
    const servers = new FakeServers()
    const haClientRuntimeInfo = {
      lastReadTimestamp: 1_000,
      lastWriteTimestamp: 2_000,
      masterAddr: MASTER,
      masterFlushOffset: 7,
      maxOffset: 8,
      transferredByteInSecond: 512,
    }
    const body = HARuntimeInfo.encode({
      haClientRuntimeInfo,
      haConnectionInfo: [],
      inSyncSlaveNums: 0,
      master: false,
      masterCommitLogMaxOffset: 0,
    })
    servers.answer(SLAVE, RequestCode.GET_BROKER_HA_STATUS, { body })
    expect(await servers.run(haStatus, `-b ${SLAVE}`)).to.deep.equal([
      '',
      `#MasterAddr\t${MASTER}`,
      '#CommitLogMaxOffset\t8',
      '#TransferSpeed(KB/s)\t0.50',
      `#LastReadTime\t${timeMillisToHumanString(1_000)}`,
      `#LastWriteTime\t${timeMillisToHumanString(2_000)}`,
      '#MasterFlushOffset\t7',
    ])
  })

  it('goes on with the next broker after a refusal, and fails', async () => {
    const servers = new FakeServers()
    await servers.run(haStatus, '-c C')
    expect(servers.terminal.errors).to.deep.equal([
      `haStatus: ${MASTER}: CODE: 3  DESC:  request type 907 not supported`,
    ])
  })
})
