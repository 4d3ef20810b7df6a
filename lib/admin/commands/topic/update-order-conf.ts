import { defineCommand } from '../../command.ts'
import { deleteOrderConf, getOrderConf, putOrderConf } from '../../kv-config.ts'
import { choice, required, text } from '../../option.ts'

/** Apache: tools.command.topic.UpdateOrderConfCommand */
export const updateOrderConf = defineCommand({
  name: 'updateOrderConf',
  text: 'Shows or changes how many queues an ordered topic has on each broker.',
  options: {
    topic: required(text('t', 'TOPIC', 'topic')),
    orderConf: text('v', 'LIST', 'for put: broker-a:4;broker-b:4'),
    method: required(choice('m', ['put', 'get', 'delete'], 'what to do')),
  },
  async run({ admin, output }, { topic, orderConf, method }) {
    if (method === 'delete') {
      await deleteOrderConf(admin, topic)
      output.print({ deleted: topic }, [`delete orderConf success. topic=[${topic}]`])
    } else if (method === 'get') {
      const found = await getOrderConf(admin, topic)
      if (found === undefined) throw new Error(`${topic}: there is no orderConf`)
      output.print({ topic, orderConf: found }, [
        `get orderConf success. topic=[${topic}], orderConf=[${found}] `,
      ])
    } else {
      if (orderConf === undefined) throw new Error('please set orderConf with option -v.')
      await putOrderConf(admin, topic, orderConf)
      output.print({ topic, orderConf }, [
        `update orderConf success. topic=[${topic}], orderConf=[${orderConf}]`,
      ])
    }
  },
})
