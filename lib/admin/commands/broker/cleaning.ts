import { RequestCode } from '../../../../codec/request-code.ts'
import { addressesOf, brokersOf } from '../../cluster.ts'
import { type AdminCommand, defineCommand } from '../../command.ts'
import type { MqAdminClient } from '../../mq-admin-client.ts'
import { text } from '../../option.ts'
import { onEach } from '../../targets.ts'

/** Apache: tools.command.broker.CleanExpiredCQSubCommand */
export const cleanExpiredCQ = cleaning(
  'cleanExpiredCQ',
  'Removes files of consume queues whose messages are gone.',
  RequestCode.CLEAN_EXPIRED_CONSUMEQUEUE,
)

/** Apache: tools.command.broker.DeleteExpiredCommitLogSubCommand */
export const deleteExpiredCommitLog = cleaning(
  'deleteExpiredCommitLog',
  'Removes files of the commit log that are old enough.',
  RequestCode.DELETE_EXPIRED_COMMITLOG,
)

/** Apache: tools.command.broker.CleanUnusedTopicCommand */
export const cleanUnusedTopic = cleaning(
  'cleanUnusedTopic',
  'Removes consume queues of topics that are gone.',
  RequestCode.CLEAN_UNUSED_TOPIC,
)

function cleaning(name: string, description: string, code: RequestCode): AdminCommand {
  return defineCommand({
    name,
    text: description,
    options: {
      brokerAddr: text('b', 'HOST:PORT', 'this broker; every broker by default'),
      cluster: text('c', 'NAME', 'the brokers of this cluster'),
    },
    async run(context, { brokerAddr, cluster }) {
      const { admin, output } = context
      const addresses = brokerAddr === undefined ? await allAddresses(admin, cluster) : [brokerAddr]
      await onEach(context, addresses, async (broker) => {
        await admin.invoke(broker, { code })
      })
      const isDone = !output.hasFailed && addresses.length > 0
      output.print({ isDone, brokers: addresses }, [isDone ? 'success' : 'false'])
    },
  })
}

/** Of the brokers of a cluster, or of all clusters. */
async function allAddresses(admin: MqAdminClient, cluster: string | undefined): Promise<string[]> {
  const info = await admin.examineBrokerClusterInfo()
  const clusters = cluster === undefined ? [...info.clusterAddrTable.keys()] : [cluster]
  const brokers = clusters.flatMap((each) => brokersOf(info, each))
  return brokers.flatMap((broker) => addressesOf(broker).map(([, address]) => address))
}
