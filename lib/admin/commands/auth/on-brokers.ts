import { fetchMasterAndSlaveAddrs } from '../../cluster.ts'
import type { AdminContext } from '../../command.ts'
import { text } from '../../option.ts'
import { onEach, type Target } from '../../targets.ts'

/** Users and rights are each broker's own: a slave does not have them from its master. */
export const ALL_BROKERS_OPTIONS = {
  brokerAddr: text('b', 'HOST:PORT', 'this broker'),
  clusterName: text('c', 'NAME', 'all brokers of this cluster, slaves too'),
}

/** Does something with the broker, or with all of the cluster, and says so. */
export async function onBrokers(
  context: AdminContext,
  { brokerAddr, clusterName = '' }: Target,
  what: string,
  act: (address: string) => Promise<unknown>,
): Promise<void> {
  const { admin, output } = context
  const addresses =
    brokerAddr === undefined ? await fetchMasterAndSlaveAddrs(admin, clusterName) : [brokerAddr]
  await onEach(context, addresses, async (broker) => {
    await act(broker)
    output.print({ broker, done: what }, [`${what} to ${broker} success.`])
  })
}

/** Texts between commas. */
export function splitList(list: string): string[] {
  return list
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '')
}
