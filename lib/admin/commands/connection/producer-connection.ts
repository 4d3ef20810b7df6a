import { ProducerConnection } from '../../../../codec/body/connection-list.ts'
import { GetProducerConnectionListRequestHeader } from '../../../../codec/header/connection-list.ts'
import { versionName } from '../../../../codec/mq-version.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { selectBrokerAddr } from '../../cluster.ts'
import { defineCommand } from '../../command.ts'
import { required, text } from '../../option.ts'
import { printf } from '../../printf.ts'

/** Apache: tools.command.connection.ProducerConnectionSubCommand */
export const producerConnection = defineCommand({
  name: 'producerConnection',
  text: 'Shows the producers of a group that are connected to a broker of a topic.',
  options: {
    producerGroup: required(text('g', 'GROUP', 'producer group')),
    topic: required(text('t', 'TOPIC', 'topic')),
  },
  async run({ admin, output }, { producerGroup, topic }) {
    const { brokerDatas } = await admin.examineTopicRouteInfo(topic)
    const [address] = brokerDatas.flatMap((broker) => selectBrokerAddr(broker) ?? [])
    if (address === undefined) throw new Error(`${topic}: it has no broker`)
    const header = GetProducerConnectionListRequestHeader.encode({ producerGroup })
    const code = RequestCode.GET_PRODUCER_CONNECTION_LIST
    const { body } = await admin.invoke(address, { code, header })
    const { connectionSet } = ProducerConnection.decode(body)
    if (connectionSet.length === 0) throw new Error('Not found the producer group connection')
    output.print(
      connectionSet,
      connectionSet.map(({ clientId, clientAddr, language, version }, index) => {
        const number = String(index + 1).padStart(4, '0')
        const row = '%s  %-32s %-22s %-8s %s'
        return printf(row, number, clientId, clientAddr, language, versionName(version))
      }),
    )
  },
})
