import type { ConsumeMessageDirectlyResult } from '../../../../codec/body/consume-message-directly-result.ts'
import type { AdminContext } from '../../command.ts'
import { getConsumerRunningInfo } from '../../consumer-calls.ts'
import type { FetchedMessage } from '../../fetched-message.ts'
import { consumeMessageDirectly } from '../../message-calls.ts'

/** Lets one consumer of a group consume a message, and prints what came of it. @throws (rejects) Error unless it is a push consumer */
export async function pushMessage(
  { admin, output }: AdminContext,
  group: string,
  clientId: string,
  message: FetchedMessage,
): Promise<void> {
  const { properties } = await getConsumerRunningInfo(admin, group, clientId)
  if (properties.get('PROP_CONSUME_TYPE') !== 'CONSUME_PASSIVELY') {
    throw new Error(`${clientId}: it is no push consumer, which alone can be given messages`)
  }
  const result = await consumeMessageDirectly(admin, group, clientId, message)
  output.print(result, [describeResult(result)])
}

/** Source: remoting.protocol.body.ConsumeMessageDirectlyResult#toString */
function describeResult(result: ConsumeMessageDirectlyResult): string {
  const { order, autoCommit, consumeResult, remark, spentTimeMills } = result
  const fields = [
    `order=${order}`,
    `autoCommit=${autoCommit}`,
    `consumeResult=${consumeResult ?? null}`,
    `remark=${remark ?? null}`,
    `spentTimeMills=${spentTimeMills}`,
  ]
  return `ConsumeMessageDirectlyResult [${fields.join(', ')}]`
}
