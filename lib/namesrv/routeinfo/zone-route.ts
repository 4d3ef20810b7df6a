import type { TopicRouteData } from '../../../codec/body/topic-route-data.ts'
import { ZONE_MODE, ZONE_NAME } from '../../../codec/extension-fields.ts'
import type { ExtFields } from '../../../codec/remoting-command.ts'
import { MASTER_ID } from './broker-addr-table.ts'

/**
 * The route as a client in zone mode gets it: the brokers of its own zone, and those without a master, whose slaves
 * serve everybody. Apache: namesrv.route.ZoneRouteRPCHook
 */
export function filterByZone(route: TopicRouteData, extFields: ExtFields = {}): TopicRouteData {
  const zoneName = extFields[ZONE_NAME]?.toLowerCase() ?? ''
  if (extFields[ZONE_MODE]?.toLowerCase() !== 'true' || zoneName.trim() === '') return route
  const removed = route.brokerDatas.filter(
    (broker) => broker.brokerAddrs.has(MASTER_ID) && broker.zoneName?.toLowerCase() !== zoneName,
  )
  const removedNames = new Set(removed.map((broker) => broker.brokerName))
  const removedAddrs = new Set(removed.flatMap((broker) => [...broker.brokerAddrs.values()]))
  return {
    ...route,
    brokerDatas: route.brokerDatas.filter((broker) => !removedNames.has(broker.brokerName)),
    queueDatas: route.queueDatas.filter((queues) => !removedNames.has(queues.brokerName)),
    filterServerTable: new Map(
      [...route.filterServerTable].filter(([addr]) => !removedAddrs.has(addr)),
    ),
  }
}
