import type { AdminCommand } from '../../command.ts'
import { consumerConnection } from './consumer-connection.ts'
import { producerConnection } from './producer-connection.ts'
import { producer } from './producer.ts'

export const CONNECTION_COMMANDS: readonly AdminCommand[] = [
  consumerConnection,
  producerConnection,
  producer,
]
