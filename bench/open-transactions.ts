/**
 * What open transactions cost that nobody settles: sends half messages of 1 KiB, leaves, and measures the processor time
 * and the memory that the server takes while its checks go through them. With APACHE_JARS (a directory that holds
 * Apache's server jars) Apache's NameServer and broker are measured in the same way, in the same run.
 *
 * `npm run build && npm run build:test && APACHE_JARS=... node build/bench/open-transactions.js [halves] [seconds]`
 */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { SendMessageRequestHeaderV2 } from '../codec/header/send-message.ts'
import { encodeProperties } from '../codec/message/properties.ts'
import { RemotingCommand } from '../codec/remoting-command.ts'
import { RequestCode } from '../codec/request-code.ts'
import { RawClient } from '../test/helpers/remoting.ts'
import {
  availableServers,
  cpuSeconds,
  end,
  freePorts,
  residentMb,
  sendUntilAccepted,
  type Server,
} from './servers.ts'

const IN_FLIGHT = 64
const BODY = Buffer.alloc(1024, 'x')
/** transactionTimeOut, and one transactionCheckInterval for the first check to come by. */
const SETTLE_MS = 40_000

const halves = Number(process.argv[2] ?? 100_000)
const seconds = Number(process.argv[3] ?? 120)

for (const server of availableServers()) {
  process.stdout.write(`${server.name.padEnd(16)} ${await measure(server)}\n`)
}

async function measure(server: Server): Promise<string> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'rocketmq-open-'))
  const ports = await freePorts()
  const children = server.start(directory, ports)
  try {
    await sendUntilAccepted(ports.broker)
    await sendHalves(ports.broker)
    await sleep(SETTLE_MS)
    const before = cpuSeconds(children)
    const peaksMb: number[] = []
    for (let second = 0; second < seconds; second++) {
      await sleep(1000)
      peaksMb.push(residentMb(children))
    }
    const percent = ((cpuSeconds(children) - before) / seconds) * 100
    const peakMb = Math.max(...peaksMb)
    return `${halves} open halves: ${percent.toFixed(1)} % of a core, RSS at most ${peakMb.toFixed(0)} MB`
  } finally {
    await end(children, 'SIGKILL')
    fs.rmSync(directory, { recursive: true, force: true })
  }
}

/** Over one connection, which is closed when all are accepted: their producer is gone then. */
async function sendHalves(port: number): Promise<void> {
  const client = await RawClient.connect(port)
  let next = 0
  const sendOneByOne = async () => {
    while (next < halves) {
      const { code, remark } = await client.invoke(half(next++))
      if (code !== 0) throw new Error(`half message refused: ${code} ${remark}`)
    }
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, sendOneByOne))
  await client.close()
}

function half(index: number): RemotingCommand {
  const header = SendMessageRequestHeaderV2.encode({
    producerGroup: 'open-transactions',
    topic: 'OpenTransactionsBench',
    defaultTopic: 'TBW102',
    defaultTopicQueueNums: 4,
    queueId: 0,
    sysFlag: 4,
    bornTimestamp: Date.now(),
    flag: 0,
    properties: encodeProperties([
      ['TRAN_MSG', 'true'],
      ['PGROUP', 'open-transactions'],
      ['UNIQ_KEY', `7F00000100002A139A55${index.toString(16).toUpperCase().padStart(12, '0')}`],
      ['WAIT', 'true'],
      ['TAGS', 'tag'],
    ]),
  })
  return RemotingCommand.request(RequestCode.SEND_MESSAGE_V2, header, BODY)
}
