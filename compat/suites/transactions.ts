import { runClientProgram } from '../harness/client-program.ts'
import type { Command } from '../harness/process.ts'
import { Servers, withSettings } from '../harness/servers.ts'
import type { Suite, SuiteContext, Tool } from '../harness/suite.ts'
import { goClient } from './go.ts'
import { NEWEST, javaClient } from './java.ts'

/** A transaction that is left open is asked about after seconds instead of half a minute. */
const SHORT_CHECKS = {
  transactionTimeOut: 3000,
  transactionCheckInterval: 2000,
  transactionOpBatchInterval: 500,
}

/** The cases with transactions, on brokers that check often. */
export const transactionSuites: readonly Suite[] = [
  transactionSuite(`java-${NEWEST}`, ['java', 'mvn'], 5, javaOf(NEWEST)),
  { ...transactionSuite('java-4.9.8', ['java', 'mvn'], 5, javaOf('4.9.8')), onRequest: true },
  // The Go client announces itself every 30 s only: until then nobody can be asked by a new broker.
  {
    ...transactionSuite('go', ['go'], 20, async (context) => {
      const command = await goClient(context)
      return { ...command, args: ['--set', 'transaction'] }
    }),
    onRequest: true,
  },
]

function transactionSuite(
  client: string,
  tools: readonly Tool[],
  transactionCheckMax: number,
  commandOf: (context: SuiteContext) => Promise<Command>,
): Suite {
  return {
    name: `transactions-${client}`,
    tools,
    targets: ['ours', 'apache'],
    async run(context) {
      const command = await commandOf(context)
      const { namesrv, broker } = context.launchers
      const checking = withSettings(broker, { ...SHORT_CHECKS, transactionCheckMax })
      const servers = await Servers.startPair(context.directory, namesrv, checking)
      await runClientProgram(this.name, context, servers, command)
    },
  }
}

function javaOf(version: string) {
  return (context: SuiteContext): Promise<Command> => javaClient(context, version, 'transaction')
}
