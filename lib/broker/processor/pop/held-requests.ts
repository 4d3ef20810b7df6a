import type { ExtFields, RemotingCommand } from '../../../../codec/remoting-command.ts'
import { RemotingCommand as Command } from '../../../../codec/remoting-command.ts'
import { ResponseCode } from '../../../../codec/response-code.ts'
import { toError } from '../../../common/errors.ts'
import type { Logger } from '../../../common/logger.ts'
import { type Channel, refusalOf, RemotingError } from '../../../remoting/index.ts'

type Answer = RemotingCommand | undefined | Promise<RemotingCommand | undefined>

/** The fields of a request that may be held; one without the time of its birth is born now. */
export function withBornTime(extFields: ExtFields | undefined, nowMs: number): ExtFields {
  const bornTime = extFields?.bornTime
  if (extFields !== undefined && bornTime !== undefined && bornTime !== '0') return extFields
  return { ...extFields, bornTime: String(nowMs) }
}

/** What `process` gives; for a RemotingError the answer that says so, with these fields as Apache's refusals have them. */
export async function orRefusal(
  fields: ExtFields,
  process: () => Answer,
): Promise<RemotingCommand | undefined> {
  try {
    return await process()
  } catch (thrown) {
    if (thrown instanceof RemotingError)
      return Command.response(thrown.code, thrown.message, fields)
    throw thrown
  }
}

/** Runs a request that was held and answers it, unless it is held again. */
export function runHeld(
  request: RemotingCommand,
  channel: Channel,
  logger: Logger,
  process: () => Promise<RemotingCommand | undefined>,
): void {
  process().then(
    (response) => {
      if (response !== undefined) channel.respond(request, response)
    },
    (thrown: unknown) => {
      const error = toError(thrown)
      const refusal = refusalOf(error)
      if (refusal === undefined) logger.error({ error, code: request.code }, 'held request failed')
      const answer = refusal ?? Command.response(ResponseCode.SYSTEM_ERROR, error.message)
      channel.respond(request, answer)
    },
  )
}
