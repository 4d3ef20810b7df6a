import { type ProducerInfo, ProducerTableInfo } from '../../../../codec/body/connection-list.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { defineCommand } from '../../command.ts'
import { required, text } from '../../option.ts'

/** Apache: tools.command.producer.ProducerSubCommand */
export const producer = defineCommand({
  name: 'producer',
  text: 'Shows the producers that are connected to a broker.',
  options: { broker: required(text('b', 'HOST:PORT', 'broker')) },
  async run({ admin, output }, { broker }) {
    const { body } = await admin.invoke(broker, { code: RequestCode.GET_ALL_PRODUCER_INFO })
    const { data } = ProducerTableInfo.decode(body)
    const groups = [...data].sort(([a], [b]) => (a < b ? -1 : 1))
    output.print(data, groups.flatMap(linesOf))
  },
})

function linesOf([group, producers]: [string, ProducerInfo[]]): string[] {
  if (producers.length === 0) return [`producer group (${group}) instances are empty`]
  return producers.map((each) => `producer group (${group}) instance : ${describe(each)}`)
}

/** Source: remoting.protocol.body.ProducerInfo#toString */
function describe(producer: ProducerInfo): string {
  const { clientId, remoteIP, language, version, lastUpdateTimestamp } = producer
  return (
    `clientId=${clientId},remoteIP=${remoteIP}, language=${language}, version=${version}, ` +
    `lastUpdateTimestamp=${lastUpdateTimestamp}`
  )
}
