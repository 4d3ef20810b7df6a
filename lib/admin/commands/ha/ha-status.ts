import { HARuntimeInfo } from '../../../../codec/body/ha-runtime-info.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { timeMillisToHumanString } from '../../../common/clock.ts'
import { defineCommand } from '../../command.ts'
import { integer } from '../../option.ts'
import { printf } from '../../printf.ts'
import { repeat } from '../../repeat.ts'
import { BROKER_OPTIONS, onMasters, ONE_OF_BROKER_OPTIONS } from '../../targets.ts'

const BYTES_PER_KB = 1024

/** Apache: tools.command.ha.HAStatusSubCommand */
export const haStatus = defineCommand({
  name: 'haStatus',
  text: 'Shows the slaves of a master, or how far a slave is.',
  options: { ...BROKER_OPTIONS, interval: integer('i', 'SECONDS', 'again and again, so often', 1) },
  oneOf: ONE_OF_BROKER_OPTIONS,
  async run(context, values) {
    const { admin, output } = context
    await repeat(context, values.interval, () =>
      onMasters(context, values, async (broker) => {
        const { body } = await admin.invoke(broker, { code: RequestCode.GET_BROKER_HA_STATUS })
        const info = HARuntimeInfo.decode(body)
        output.print(
          { broker, ...info },
          info.master ? masterLines(broker, info) : slaveLines(info),
        )
      }),
    )
  },
})

function masterLines(broker: string, info: HARuntimeInfo): string[] {
  const { masterCommitLogMaxOffset, haConnectionInfo, inSyncSlaveNums } = info
  return [
    '',
    `#MasterAddr\t${broker}`,
    `#MasterCommitLogMaxOffset\t${masterCommitLogMaxOffset}`,
    `#SlaveNum\t${haConnectionInfo.length}`,
    `#InSyncSlaveNum\t${inSyncSlaveNums}`,
    printf(
      '%-32s  %-16s %16s %16s %16s %16s',
      '#SlaveAddr',
      '#SlaveAckOffset',
      '#Diff',
      '#TransferSpeed(KB/s)',
      '#Status',
      '#TransferFromWhere',
    ),
    ...haConnectionInfo.map((slave) =>
      printf(
        '%-32s  %-16d %16d %16.2f %16s %16d',
        slave.addr,
        slave.slaveAckOffset,
        slave.diff,
        slave.transferredByteInSecond / BYTES_PER_KB,
        slave.inSync ? 'OK' : 'Fall Behind',
        slave.transferFromWhere,
      ),
    ),
  ]
}

function slaveLines({ haClientRuntimeInfo: slave }: HARuntimeInfo): string[] {
  return [
    '',
    `#MasterAddr\t${slave.masterAddr ?? null}`,
    `#CommitLogMaxOffset\t${slave.maxOffset}`,
    printf('#TransferSpeed(KB/s)\t%.2f', slave.transferredByteInSecond / BYTES_PER_KB),
    `#LastReadTime\t${timeMillisToHumanString(slave.lastReadTimestamp)}`,
    `#LastWriteTime\t${timeMillisToHumanString(slave.lastWriteTimestamp)}`,
    `#MasterFlushOffset\t${slave.masterFlushOffset}`,
  ]
}
