import { toError } from '../../../common/errors.ts'
import { fetchBrokerRuntimeStats } from '../../broker-calls.ts'
import { fetchMasterAndSlaveAddrs } from '../../cluster.ts'
import { defineCommand } from '../../command.ts'
import { text } from '../../option.ts'
import { printf } from '../../printf.ts'

/** Apache: tools.command.broker.BrokerStatusSubCommand */
export const brokerStatus = defineCommand({
  name: 'brokerStatus',
  text: 'Shows what a broker tells of itself.',
  options: {
    brokerAddr: text('b', 'HOST:PORT', 'this broker'),
    clusterName: text('c', 'NAME', 'all brokers of this cluster'),
  },
  oneOf: ['brokerAddr', 'clusterName'],
  async run({ admin, output }, { brokerAddr, clusterName = '' }) {
    if (brokerAddr !== undefined) {
      const stats = await fetchBrokerRuntimeStats(admin, brokerAddr)
      output.print({ broker: brokerAddr, stats }, linesOf(stats))
      return
    }
    for (const broker of await fetchMasterAndSlaveAddrs(admin, clusterName)) {
      try {
        const stats = await fetchBrokerRuntimeStats(admin, broker)
        const lines = linesOf(stats).map((line) => printf('%-24s %s', broker, line))
        output.print({ broker, stats }, lines)
      } catch (error) {
        output.complain(toError(error).message)
      }
    }
  },
})

function linesOf(stats: ReadonlyMap<string, string>): string[] {
  const sorted = [...stats].sort(([a], [b]) => (a < b ? -1 : 1))
  return sorted.map(([key, value]) => printf('%-32s: %s', key, value))
}
