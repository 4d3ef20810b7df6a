import fs from 'node:fs'
import path from 'node:path'
import { HARuntimeInfo } from '../../codec/body/ha-runtime-info.ts'
import { PullMessageRequestHeader } from '../../codec/header/pull-message.ts'
import { decodeRecord } from '../../codec/message/record-reader.ts'
import { RemotingCommand } from '../../codec/remoting-command.ts'
import { RequestCode } from '../../codec/request-code.ts'
import { ResponseCode } from '../../codec/response-code.ts'
import { RawClient } from '../../test/helpers/remoting.ts'
import { sleep } from '../harness/wait.ts'
import type { Place } from './group.ts'
import { QUEUES, TOPIC, type Acknowledged } from './load.ts'

/** Fails unless both logs have the same files with the same bytes. A file that only one has made in advance is empty. */
export function compareLogs(one: Place, other: Place): void {
  const names = new Set([one, other].flatMap((place) => fs.readdirSync(logOf(place))))
  for (const name of names) {
    const [left, right] = [one, other].map((place) => bytesOf(path.join(logOf(place), name)))
    if (left === undefined || right === undefined) {
      const only = left ?? right
      if (only?.some((byte) => byte !== 0)) throw new Error(`only one log has ${name}`)
    } else if (!left.equals(right)) {
      const at = left.findIndex((byte, index) => byte !== right[index])
      throw new Error(`the logs differ at ${Number(name) + at}`)
    }
  }
}

function logOf({ directory }: Place): string {
  return path.join(directory, 'store', 'commitlog')
}

function bytesOf(file: string): Buffer | undefined {
  return fs.existsSync(file) ? fs.readFileSync(file) : undefined
}

/** Fails unless each acknowledged message lies at its place, and none twice. */
export async function verifyMessages(
  { port }: Place,
  acknowledged: readonly Acknowledged[],
): Promise<void> {
  const found = new Map<string, string>()
  const client = await RawClient.connect(port)
  for (let queueId = 0; queueId < QUEUES; queueId++) {
    for (const [queueOffset, body] of await readQueue(client, queueId)) {
      if (found.has(body)) throw new Error(`twice: ${body.slice(0, 10)} at ${found.get(body)}`)
      found.set(body, `${queueId}/${queueOffset}`)
    }
  }
  await client.close()
  for (const { queueId, queueOffset, body } of acknowledged) {
    const place = found.get(body) ?? 'nowhere'
    if (place === `${queueId}/${queueOffset}`) continue
    throw new Error(
      `${body.slice(0, 10)} was acknowledged at ${queueId}/${queueOffset}, is ${place}`,
    )
  }
}

/** Whether the only slave of a master has all of its log. */
export async function isCaughtUp({ port }: Place): Promise<boolean> {
  const client = await RawClient.connect(port)
  const request = RemotingCommand.request(RequestCode.GET_BROKER_HA_STATUS)
  const { body } = await client.invoke(request)
  await client.close()
  const { haConnectionInfo } = HARuntimeInfo.decode(body)
  return haConnectionInfo.some(({ diff }) => diff === 0)
}

async function readQueue(client: RawClient, queueId: number): Promise<[number, string][]> {
  const found: [number, string][] = []
  for (let queueOffset = 0; ;) {
    const response = await client.invoke(pullRequest(queueId, queueOffset))
    if (response.code === ResponseCode.PULL_NOT_FOUND) return found
    // A consumer asks again, too: Apache's slave answers so as long as it is not sure of its end.
    if (response.code === ResponseCode.PULL_RETRY_IMMEDIATELY) {
      if (Number(response.extFields?.['maxOffset']) <= queueOffset) return found
      await sleep(20)
      continue
    }
    if (response.code !== ResponseCode.SUCCESS) throw new Error(`pull: ${response.remark}`)
    const { body = Buffer.alloc(0) } = response
    for (let at = 0; at < body.length; at += body.readInt32BE(at)) {
      const message = decodeRecord(body.subarray(at, at + body.readInt32BE(at)))
      found.push([message.queueOffset, message.body.toString()])
    }
    queueOffset = Number(response.extFields?.['nextBeginOffset'])
  }
}

function pullRequest(queueId: number, queueOffset: number): RemotingCommand {
  const header = PullMessageRequestHeader.encode({
    consumerGroup: 'HaVerify',
    topic: TOPIC,
    queueId,
    queueOffset,
    maxMsgNums: 32,
    sysFlag: 4,
    commitOffset: 0,
    suspendTimeoutMillis: 0,
    subscription: '*',
    subVersion: 0,
    expressionType: 'TAG',
  })
  return RemotingCommand.request(RequestCode.PULL_MESSAGE, header)
}
