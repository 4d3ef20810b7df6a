import { versionName } from '../../../../codec/mq-version.ts'
import { defineCommand } from '../../command.ts'
import { examineConsumerConnection } from '../../consumer-calls.ts'
import { required, text } from '../../option.ts'
import { printf } from '../../printf.ts'

/** Apache: tools.command.connection.ConsumerConnectionSubCommand */
export const consumerConnection = defineCommand({
  name: 'consumerConnection',
  text: 'Shows the consumers of a group that are connected, and what they subscribe to.',
  options: {
    consumerGroup: required(text('g', 'GROUP', 'consumer group')),
    brokerAddr: text('b', 'HOST:PORT', 'the broker that is asked'),
  },
  async run({ admin, output }, { consumerGroup, brokerAddr }) {
    const connection = await examineConsumerConnection(admin, consumerGroup, brokerAddr)
    const { connectionSet, subscriptionTable } = connection
    const { consumeType, messageModel, consumeFromWhere } = connection
    output.print(connection, [
      printf('%-36s %-22s %-10s %s', '#ClientId', '#ClientAddr', '#Language', '#Version'),
      ...connectionSet.map(({ clientId, clientAddr, language, version }) =>
        printf('%-36s %-22s %-10s %s', clientId, clientAddr, language, versionName(version)),
      ),
      '',
      'Below is subscription:',
      printf('%-20s %s', '#Topic', '#SubExpression'),
      ...Array.from(subscriptionTable.values(), ({ topic, subString }) =>
        printf('%-20s %s', topic, subString),
      ),
      '',
      `ConsumeType: ${consumeType}`,
      `MessageModel: ${messageModel}`,
      `ConsumeFromWhere: ${consumeFromWhere}`,
    ])
  },
})
