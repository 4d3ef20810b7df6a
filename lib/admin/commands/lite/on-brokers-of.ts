import { selectBrokerAddr } from '../../cluster.ts'
import type { AdminContext } from '../../command.ts'
import { describeError } from '../../describe-error.ts'

/**
 * Asks each broker of a parent topic. One that fails is complained of, and counts as undefined.
 * @throws (rejects) RemotingError when the parent has no route
 */
export async function onBrokersOf<T>(
  { admin, output }: AdminContext,
  parentTopic: string,
  ask: (address: string, brokerName: string) => Promise<T>,
): Promise<[brokerName: string, answer: T | undefined][]> {
  const { brokerDatas } = await admin.examineTopicRouteInfo(parentTopic)
  const answers: [string, T | undefined][] = []
  for (const broker of brokerDatas.toSorted((a, b) => (a.brokerName < b.brokerName ? -1 : 1))) {
    const address = selectBrokerAddr(broker)
    if (address === undefined) continue
    const { brokerName } = broker
    try {
      answers.push([brokerName, await ask(address, brokerName)])
    } catch (error) {
      output.complain(`${brokerName}: ${describeError(error)}`)
      answers.push([brokerName, undefined])
    }
  }
  return answers
}

/** What Apache prints in the place of an answer. */
export function failureLine(brokerName: string): string {
  return `[${brokerName}] error.`
}
