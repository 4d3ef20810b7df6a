import path from 'node:path'
import fs from 'node:fs'
import { encodeProperties } from '../../codec/message/properties.ts'
import { RemotingCommand } from '../../codec/remoting-command.ts'
import { RequestCode } from '../../codec/request-code.ts'
import { ResponseCode } from '../../codec/response-code.ts'
import { RawClient } from '../../test/helpers/remoting.ts'
import { freePort } from '../harness/ports.ts'
import { ManagedProcess } from '../harness/process.ts'
import { accepts } from '../harness/route-probe.ts'
import type { Suite, SuiteContext } from '../harness/suite.ts'
import { waitFor } from '../harness/wait.ts'
import { EXPRESSION_TABLES, type Outcome } from '../sql92/expressions.ts'

const SUITE = 'sql92'
const TOPIC = 'Sql92'
const START_LIMIT_MS = 60_000
const SEND_LIMIT_MS = 10_000

/**
 * Every expression of the table, asked of a live broker: whether it can be used (CHECK_CLIENT_CONFIG), and whether a pull with it
 * finds a message with the table's properties. Each table has a queue of its own with one message.
 */
export const sql92Suite: Suite = {
  name: SUITE,
  tools: ['java', 'mvn'],
  targets: ['ours', 'apache'],
  async run(context) {
    const port = await freePort()
    const { directory, launchers } = context
    const brokerDirectory = path.join(directory, 'broker')
    fs.mkdirSync(brokerDirectory)
    const spec = { port, directory: brokerDirectory, brokerName: 'broker-a', namesrvAddresses: [] }
    const log = path.join(directory, 'broker.log')
    const server = new ManagedProcess('broker', launchers.broker(spec), log)
    server.start()
    try {
      await waitFor('broker is ready', START_LIMIT_MS, () => accepts(`127.0.0.1:${port}`))
      const client = await RawClient.connect(port)
      await askAll(client, context)
      await client.close()
    } finally {
      await server.stop()
    }
  },
}

async function askAll(client: RawClient, { report }: SuiteContext): Promise<void> {
  for (const [queueId, { name, properties, rows }] of EXPRESSION_TABLES.entries()) {
    await waitFor('the message is stored', SEND_LIMIT_MS, () => send(client, queueId, properties))
    await waitFor('the message is found', SEND_LIMIT_MS, () => isFound(client, queueId, 'TRUE'))
    for (const [expression, expected] of rows) {
      const caseName = `${name}: ${expression}`
      const seen = await observe(client, queueId, expression)
      if (seen === observable(expected)) report.passed(SUITE, caseName, 0)
      else report.fail(SUITE, caseName, `${seen} instead of ${expected}`)
    }
  }
}

/** A broker does not tell `false` from `null` or an error: neither is a match. */
function observable(outcome: Outcome): string {
  if (outcome === 'PARSE-ERR') return 'refused'
  return outcome === 'true' ? 'match' : 'no match'
}

async function observe(client: RawClient, queueId: number, expression: string): Promise<string> {
  const { code } = await check(client, expression)
  if (code === ResponseCode.SUBSCRIPTION_PARSE_FAILED) return 'refused'
  if (code !== ResponseCode.SUCCESS) return `check answered ${code}`
  return (await isFound(client, queueId, expression)) ? 'match' : 'no match'
}

function check(client: RawClient, subString: string): Promise<RemotingCommand> {
  const subscriptionData = { topic: TOPIC, subString, expressionType: 'SQL92' }
  const body = { clientId: 'c', group: 'CG', namespace: '', subscriptionData }
  return ask(client, RequestCode.CHECK_CLIENT_CONFIG, {}, Buffer.from(JSON.stringify(body)))
}

async function send(
  client: RawClient,
  queueId: number,
  properties: Readonly<Record<string, string>>,
): Promise<boolean> {
  const fields = {
    producerGroup: 'PG',
    topic: TOPIC,
    defaultTopic: 'TBW102',
    defaultTopicQueueNums: EXPRESSION_TABLES.length,
    queueId,
    sysFlag: 0,
    bornTimestamp: Date.now(),
    flag: 0,
    properties: encodeProperties(Object.entries(properties)),
    reconsumeTimes: 0,
    unitMode: false,
  }
  const answer = await ask(client, RequestCode.SEND_MESSAGE, fields, Buffer.from('body'))
  return answer.code === ResponseCode.SUCCESS
}

const HAS_SUBSCRIPTION = 4

async function isFound(client: RawClient, queueId: number, expression: string): Promise<boolean> {
  const fields = {
    consumerGroup: 'CG',
    topic: TOPIC,
    queueId,
    queueOffset: 0,
    maxMsgNums: 1,
    sysFlag: HAS_SUBSCRIPTION,
    commitOffset: 0,
    suspendTimeoutMillis: 0,
    subVersion: 0,
    subscription: expression,
    expressionType: 'SQL92',
  }
  const { code } = await ask(client, RequestCode.PULL_MESSAGE, fields)
  return code === ResponseCode.SUCCESS
}

function ask(
  client: RawClient,
  code: number,
  fields: Readonly<Record<string, string | number | boolean>>,
  body?: Buffer,
): Promise<RemotingCommand> {
  const texts = Object.entries(fields).map(([key, value]) => [key, String(value)] as const)
  const request = RemotingCommand.request(code, Object.fromEntries(texts))
  if (body !== undefined) request.body = body
  return client.invoke(request)
}
