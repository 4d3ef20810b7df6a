import { type AdminCommand, defineCommand } from '../command.ts'

const NO_CONTAINER =
  'there are no broker containers: start and stop brokers by mqbroker and mqshutdown'
const NO_CONTROLLER = 'there are no controllers: a slave is promoted by hand, see docs/ha.md'
const NO_ROCKSDB =
  'brokers keep nothing in RocksDB: their state is in JSON files, queues are in files'

/** Commands of Apache's tool that address what there is not: they say so and fail. */
export const REFUSED_COMMANDS: readonly AdminCommand[] = [
  refused('addBroker', NO_CONTAINER),
  refused('removeBroker', NO_CONTAINER),
  refused('getControllerMetaData', NO_CONTROLLER),
  refused('getControllerConfig', NO_CONTROLLER),
  refused('updateControllerConfig', NO_CONTROLLER),
  refused('electMaster', NO_CONTROLLER),
  refused('cleanBrokerMetadata', NO_CONTROLLER),
  refused('getSyncStateSet', NO_CONTROLLER),
  refused('rocksDBConfigToJson', NO_ROCKSDB),
  refused('exportMetadataInRocksDB', NO_ROCKSDB),
  refused('checkRocksdbCqWriteProgress', NO_ROCKSDB),
]

function refused(name: string, reason: string): AdminCommand {
  return defineCommand({
    name,
    text: `Refused: ${reason}.`,
    options: {},
    takesAnything: true,
    async run() {
      throw new Error(reason)
    },
  })
}
