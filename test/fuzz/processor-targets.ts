import fc from 'fast-check'
import { RemotingCommand } from '../../codec/remoting-command.ts'
import { RequestCode } from '../../codec/request-code.ts'
import type { Logger } from '../../lib/common/logger.ts'
import { BrokerFixture } from '../helpers/broker-fixture.ts'
import { readBodyVectors } from '../helpers/codec-vectors.ts'
import { declaredHeaders } from '../helpers/declared-headers.ts'
import { NamesrvFixture } from '../helpers/namesrv-fixture.ts'
import { damaged, damagedJson, fieldText } from './inputs.ts'
import type { Target } from './target.ts'
import { target } from './target.ts'

/** What fields are when nothing is wrong with them; all others are `1`. */
const SENSIBLE: Readonly<Record<string, string>> = {
  ...{ topic: 'T', b: 'T', originTopic: 'T', consumerGroup: 'G', group: 'G', producerGroup: 'P' },
  ...{ a: 'P', c: 'TBW102', defaultTopic: 'TBW102', subscription: '*', exp: '*', i: 'k\u0001v' },
  ...{ suspendTimeoutMillis: '0', pollTime: '0', expressionType: 'TAG', expType: 'TAG' },
  ...{ brokerAddr: '127.0.0.1:1', brokerName: 'broker-a', clusterName: 'DefaultCluster' },
  ...{ properties: 'KEYS\u0001k', extraInfo: '0 1700000000000 60000 0 0 broker-a 0 0' },
  ...{ queueId: '0', e: '0', queueOffset: '0', offset: '0', reconsumeTimes: '0', j: '0' },
}
/** Long enough for all but what waits for messages or for other servers. */
const PATIENCE_MS = 20

/** A broker and a NameServer that are asked everything, with fields and bodies that are wrong here and there. */
export class Processors {
  readonly #faults: string[] = []
  readonly #logger: Logger = {
    debug: () => undefined,
    info: () => undefined,
    warn: () => undefined,
    error: (fields, event) => this.#faults.push(...faultsOf(fields, event)),
    child: () => this.#logger,
  }
  readonly #broker = new BrokerFixture({}, undefined, this.#logger)
  readonly #namesrv = new NamesrvFixture({}, this.#logger)

  async targets(): Promise<Target[]> {
    const requests = await requestsOf(Object.values(RequestCode))
    return [
      target('requests to a broker', requests, (request) => this.#ask(request, this.#askBroker)),
      target('requests to a NameServer', requests, (request) =>
        this.#ask(request, this.#askNamesrv),
      ),
    ]
  }

  async start(): Promise<void> {
    await this.#broker.start()
    await this.#namesrv.start()
  }

  async stop(): Promise<void> {
    await this.#namesrv.stop()
    await this.#broker.close()
  }

  readonly #askBroker = ({ code, extFields, body }: RemotingCommand): Promise<unknown> =>
    this.#broker.invoke(code, { ...extFields }, body)

  readonly #askNamesrv = async (request: RemotingCommand): Promise<unknown> => {
    const client = await this.#namesrv.connect()
    const answer = client.invoke(request)
    return answer.finally(() => client.socket.destroy())
  }

  /** @throws Error when the server logs an error: what peers do wrong is none of its own */
  async #ask(
    request: RemotingCommand,
    invoke: (request: RemotingCommand) => Promise<unknown>,
  ): Promise<void> {
    const answered = invoke(request).catch(() => undefined)
    let timer: NodeJS.Timeout | undefined
    const patience = new Promise((resolve) => {
      timer = setTimeout(resolve, PATIENCE_MS)
    })
    await Promise.race([answered, patience])
    clearTimeout(timer)
    const [fault] = this.#faults.splice(0)
    if (fault !== undefined) throw new Error(fault)
  }
}

/** Defects come with the error that was thrown. */
function faultsOf(fields: object, event: string): string[] {
  const { err } = fields as { err?: Error }
  return err === undefined ? [] : [`${event} ${JSON.stringify(fields)} ${err.stack}`]
}

/** With all fields that any header has, of which some are replaced and some left out. */
async function requestsOf(codes: readonly number[]): Promise<fc.Arbitrary<RemotingCommand>> {
  const headers = [...(await declaredHeaders()).values()]
  const keys = headers.flatMap(({ fields }) =>
    Object.entries(fields).map(([name, { wireKey }]) => wireKey ?? name),
  )
  const sensible = Object.fromEntries(keys.map((key) => [key, SENSIBLE[key] ?? '1']))
  const change = fc.tuple(fc.constantFrom(...keys), fc.option(fieldText))
  const vectors = readBodyVectors().flatMap(({ form, content }) => (form === 'json' ? content : []))
  const json = damagedJson(vectors).map((text) => Buffer.from(text))
  const body = fc.oneof(json, damaged([Buffer.from('body')]))
  return fc
    .tuple(fc.constantFrom(...codes), fc.array(change, { maxLength: 6 }), fc.option(body))
    .map(([code, changes, bytes]) => {
      const fields = new Map(Object.entries(sensible))
      for (const [key, text] of changes) {
        if (text === null) fields.delete(key)
        else fields.set(key, text)
      }
      const request = RemotingCommand.request(code, Object.fromEntries(fields))
      if (bytes !== null) request.body = bytes
      return request
    })
}
