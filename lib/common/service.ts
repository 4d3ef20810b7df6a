import { toError } from './errors.ts'

/**
 * Something that runs: started once, stopped once. A composition root starts services in order and stops them in
 * reverse. `stop` is idempotent and ends in bounded time; when it has resolved, the service holds no timer, no socket
 * and no file.
 */
export interface Service {
  start(): Promise<void>
  stop(): Promise<void>
}

/** Starts `services` in order; when one fails, those that run are stopped in reverse and the error is passed on. */
export async function startAll(services: readonly Service[]): Promise<void> {
  const running: Service[] = []
  for (const service of services) {
    try {
      await service.start()
      running.push(service)
    } catch (error) {
      await stopAll(running)
      throw error
    }
  }
}

/** Stops `services` in reverse order. All are stopped, whatever fails; the first error is passed on. */
export async function stopAll(services: readonly Service[]): Promise<void> {
  let firstError: Error | undefined
  for (const service of [...services].reverse()) {
    try {
      await service.stop()
    } catch (error) {
      firstError ??= toError(error)
    }
  }
  if (firstError !== undefined) throw firstError
}
