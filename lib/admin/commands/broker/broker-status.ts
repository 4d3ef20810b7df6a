import { fetchBrokerRuntimeStats } from '../../broker-calls.ts'
import { fetchMasterAndSlaveAddrs } from '../../cluster.ts'
import { defineCommand } from '../../command.ts'
import { printf } from '../../printf.ts'
import { BROKER_OPTIONS, onEach, ONE_OF_BROKER_OPTIONS } from '../../targets.ts'

/** Apache: tools.command.broker.BrokerStatusSubCommand */
export const brokerStatus = defineCommand({
  name: 'brokerStatus',
  text: 'Shows what a broker tells of itself, or all brokers of a cluster.',
  options: BROKER_OPTIONS,
  oneOf: ONE_OF_BROKER_OPTIONS,
  async run(context, { brokerAddr, clusterName = '' }) {
    const { admin, output } = context
    if (brokerAddr !== undefined) {
      const stats = await fetchBrokerRuntimeStats(admin, brokerAddr)
      output.print({ broker: brokerAddr, stats }, linesOf(stats))
      return
    }
    await onEach(context, await fetchMasterAndSlaveAddrs(admin, clusterName), async (broker) => {
      const stats = await fetchBrokerRuntimeStats(admin, broker)
      const lines = linesOf(stats).map((line) => printf('%-24s %s', broker, line))
      output.print({ broker, stats }, lines)
    })
  },
})

function linesOf(stats: ReadonlyMap<string, string>): string[] {
  const sorted = [...stats].sort(([a], [b]) => (a < b ? -1 : 1))
  return sorted.map(([key, value]) => printf('%-32s: %s', key, value))
}
