import { RemotingCommand } from '../../codec/remoting-command.ts'
import { ResponseCode } from '../../codec/response-code.ts'
import { toError } from '../common/errors.ts'
import type { Logger } from '../common/logger.ts'
import { OVERLOADED, refusalOf } from './refusal.ts'
import { ProcessorGroup } from './processor-group.ts'
import type { AnswerListener, RequestChannel, RequestProcessor, RpcHook } from './types.ts'

const REJECTED = '[REJECTREQUEST]system busy, start flow control for a while'
const DEFAULT_QUEUE_CAPACITY = 10_000

interface Registration {
  readonly processor: RequestProcessor
  readonly group: ProcessorGroup
}

/**
 * Finds the processor of a request, keeps the bounds of its group and turns what comes out into an answer. Synchronous
 * processors are answered without a promise or a timer. Several servers and clients may share one dispatcher.
 *
 * Apache: remoting.netty.NettyRemotingAbstract#processRequestCommand
 */
export class RequestDispatcher {
  readonly #logger: Logger
  readonly #processors = new Map<number, Registration>()
  readonly #hooks: RpcHook[] = []
  readonly #ungrouped = new ProcessorGroup({
    name: 'default',
    queueCapacity: DEFAULT_QUEUE_CAPACITY,
  })
  #default: Registration | undefined
  #answerListener: AnswerListener | undefined
  #lastChannelId = 0

  constructor(logger: Logger) {
    this.#logger = logger
  }

  /** Sends requests of `code` to `processor`; a later call for the same code takes over. */
  registerProcessor(code: number, processor: RequestProcessor, group = this.#ungrouped): void {
    this.#processors.set(code, { processor, group })
  }

  /** Sends requests of all other codes to `processor`. */
  registerDefaultProcessor(processor: RequestProcessor, group = this.#ungrouped): void {
    this.#default = { processor, group }
  }

  /** Hooks run in the order of their registration. */
  registerRpcHook(hook: RpcHook): void {
    this.#hooks.push(hook)
  }

  /** A later call takes over. */
  registerAnswerListener(listener: AnswerListener): void {
    this.#answerListener = listener
  }

  /** The bounds of the registered processors. */
  get groups(): ReadonlySet<ProcessorGroup> {
    return new Set([...this.#processors.values()].map(({ group }) => group))
  }

  /** A number for a new connection. */
  nextChannelId(): number {
    return ++this.#lastChannelId
  }

  /** Processes one request; its answer goes to `channel`, at once or later. */
  dispatch(request: RemotingCommand, channel: RequestChannel): void {
    this.#answerListener?.onRequest(request)
    const registration = this.#processors.get(request.code) ?? this.#default
    if (registration === undefined) {
      this.#refuseUnknown(request, channel)
      return
    }
    const { processor, group } = registration
    if (processor.rejectRequest?.() === true) {
      channel.respond(request, RemotingCommand.response(ResponseCode.SYSTEM_BUSY, REJECTED))
    } else if (group.isFull) {
      channel.respond(request, RemotingCommand.response(ResponseCode.SYSTEM_BUSY, OVERLOADED))
    } else if (group.isQueued) {
      channel.hold(
        request,
        group.enqueue(
          () => this.#processHeld(request, channel, processor),
          (response) => channel.respond(request, response),
        ),
      )
    } else {
      this.#process(request, channel, registration)
    }
  }

  /** The channel of a request answers it. */
  answered(request: RemotingCommand, response: RemotingCommand): void {
    this.#answerListener?.onAnswer(request, response)
  }

  #refuseUnknown(request: RemotingCommand, channel: RequestChannel): void {
    const { code } = request
    this.#logger.warn({ code, remote: channel.remoteHost.toString() }, 'request not supported')
    const remark = ` request type ${code} not supported`
    channel.respond(
      request,
      RemotingCommand.response(ResponseCode.REQUEST_CODE_NOT_SUPPORTED, remark),
    )
  }

  #process(request: RemotingCommand, channel: RequestChannel, registration: Registration): void {
    const result = this.#call(request, channel, registration.processor)
    if (result instanceof RemotingCommand) {
      channel.respond(request, result)
    } else if (result !== undefined) {
      channel.hold(request, registration.group.acquire())
      this.#respondLater(request, channel, result)
    } else if (!request.isOneway) {
      channel.hold(request, registration.group.acquire())
    }
  }

  /** For a request that is held already. */
  #processHeld(
    request: RemotingCommand,
    channel: RequestChannel,
    processor: RequestProcessor,
  ): void {
    const result = this.#call(request, channel, processor)
    if (result instanceof RemotingCommand) channel.respond(request, result)
    else if (result !== undefined) this.#respondLater(request, channel, result)
    else if (request.isOneway) channel.settle(request)
  }

  #respondLater(
    request: RemotingCommand,
    channel: RequestChannel,
    result: Promise<RemotingCommand | undefined>,
  ): void {
    result.then(
      (response) => {
        if (response !== undefined) {
          channel.respond(request, this.#runAfterHooks(request, response, channel))
        } else if (request.isOneway) {
          channel.settle(request)
        }
      },
      (error: unknown) => channel.respond(request, this.#errorResponse(error, request, channel)),
    )
  }

  #call(
    request: RemotingCommand,
    channel: RequestChannel,
    processor: RequestProcessor,
  ): RemotingCommand | undefined | Promise<RemotingCommand | undefined> {
    try {
      for (const hook of this.#hooks) hook.doBeforeRequest(request, channel)
      const result = processor.process(request, channel)
      if (!(result instanceof RemotingCommand)) return result
      return this.#runAfterHooks(request, result, channel)
    } catch (error) {
      return this.#errorResponse(error, request, channel)
    }
  }

  #runAfterHooks(
    request: RemotingCommand,
    response: RemotingCommand,
    channel: RequestChannel,
  ): RemotingCommand {
    try {
      for (const hook of this.#hooks) hook.doAfterResponse?.(request, response, channel)
      return response
    } catch (error) {
      return this.#errorResponse(error, request, channel)
    }
  }

  #errorResponse(
    thrown: unknown,
    request: RemotingCommand,
    channel: RequestChannel,
  ): RemotingCommand {
    const error = toError(thrown)
    const refusal = refusalOf(error)
    if (refusal !== undefined) return refusal
    this.#logger.error(
      { err: error, code: request.code, remote: channel.remoteHost.toString() },
      'process request failed',
    )
    return RemotingCommand.response(ResponseCode.SYSTEM_ERROR, `${error.name}: ${error.message}`)
  }
}
