import { TriggerLiteDispatchRequestHeader } from '../../../../codec/header/lite-info.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { defineCommand } from '../../command.ts'
import { required, text } from '../../option.ts'
import { printf } from '../../printf.ts'
import { onBrokersOf } from './on-brokers-of.ts'

/** Apache: tools.command.lite.TriggerLiteDispatchSubCommand */
export const triggerLiteDispatch = defineCommand({
  name: 'triggerLiteDispatch',
  text: 'Lets brokers tell the clients of a group of lite topics with messages.',
  options: {
    parentTopic: required(text('p', 'TOPIC', 'parent topic')),
    group: required(text('g', 'GROUP', 'consumer group')),
    clientId: text('c', 'ID', 'this client only'),
    brokerName: text('b', 'NAME', 'this broker only'),
  },
  async run(context, { parentTopic, group, clientId, brokerName }) {
    const header = TriggerLiteDispatchRequestHeader.encode({ group, clientId })
    const results = await onBrokersOf(context, parentTopic, async (address, name) => {
      if (brokerName !== undefined && name !== brokerName) return 'left out'
      const call = { code: RequestCode.TRIGGER_LITE_DISPATCH, header }
      await context.admin.invoke(address, call)
      return 'dispatched'
    })
    const asked = results.filter(([, result]) => result !== 'left out')
    const rows = asked.map(([name, result = 'error']) => [name, result] as const)
    context.output.print(Object.fromEntries(rows), [
      `Group And Topic Info: [${group}] [${parentTopic}]`,
      '',
      ...rows.map(([name, result]) => printf('%-30s %-12s', name, result)),
    ])
  },
})
