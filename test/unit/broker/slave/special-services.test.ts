import { expect } from 'chai'
import { SpecialServices } from '../../../../lib/broker/slave/special-services.ts'
import { SILENT_LOGGER } from '../../../../lib/common/logger.ts'
import type { Service } from '../../../../lib/common/service.ts'

describe('SpecialServices', () => {
  let events: string[]
  let failure: Error | undefined
  let special: SpecialServices

  beforeEach(() => {
    events = []
    failure = undefined
    special = new SpecialServices({
      services: [service('delays'), failing()],
      switches: [(isOn) => Promise.resolve(void events.push(`timers ${String(isOn)}`))],
      isMaster: () => false,
      logger: SILENT_LOGGER,
    })
  })

  function service(name: string): Service {
    return {
      start: () => Promise.resolve(void events.push(`start ${name}`)),
      stop: () => Promise.resolve(void events.push(`stop ${name}`)),
    }
  }

  function failing(): Service {
    const start = () => (failure === undefined ? Promise.resolve() : Promise.reject(failure))
    return { start, stop: () => Promise.resolve() }
  }

  it('starts and stops what only one broker of a group does', async () => {
    await special.start()
    expect(special.isRunning).to.equal(false)
    await special.changeStatus(true)
    expect(special.isRunning).to.equal(true)
    await special.changeStatus(true)
    await special.changeStatus(false)
    expect(special.isRunning).to.equal(false)
    expect(events).to.deep.equal(['start delays', 'timers true', 'timers false', 'stop delays'])
  })

  it('starts all again after one could not be started', async () => {
    failure = new Error('not now')
    const outcome = await special.changeStatus(true).catch((error: unknown) => error)
    expect(outcome).to.equal(failure)
    expect(special.isRunning).to.equal(false)
    failure = undefined
    await special.changeStatus(true)
    expect(special.isRunning).to.equal(true)
    expect(events).to.deep.equal(['start delays', 'stop delays', 'start delays', 'timers true'])
  })

  it('stops although the last change failed', async () => {
    failure = new Error('not now')
    await special.changeStatus(true).catch(() => undefined)
    await special.stop()
    expect(special.isRunning).to.equal(false)
  })
})
