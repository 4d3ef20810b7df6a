import { expect } from 'chai'
import { SILENT_LOGGER } from '../../../lib/common/logger.ts'
import { RestartableService } from '../../../lib/common/restartable-service.ts'

describe('RestartableService', () => {
  let events: string[]
  let restarts: (() => void)[]
  let brokenStart: number | undefined

  function create(restart: () => void) {
    const number = restarts.push(restart)
    return {
      start: async () => {
        if (number === brokenStart) throw new Error('disk full')
        events.push(`start ${number}`)
      },
      stop: async () => void events.push(`stop ${number}`),
    }
  }

  beforeEach(() => {
    events = []
    restarts = []
    brokenStart = undefined
  })

  it('does not replace one that is stopped before its turn comes', async () => {
    const service = new RestartableService(create, SILENT_LOGGER)
    await service.start()
    restarts[0]?.()
    await service.stop()
    expect(events).to.deep.equal(['start 1', 'stop 1'])
  })

  it('goes on with a new one, however often the old one asks', async () => {
    const service = new RestartableService(create, SILENT_LOGGER)
    await service.start()
    restarts[0]?.()
    restarts[0]?.()
    while (!events.includes('start 2')) await Promise.resolve()
    await service.stop()
    expect(events).to.deep.equal(['start 1', 'stop 1', 'start 2', 'stop 2'])
  })

  it('says why nothing runs any more', async () => {
    brokenStart = 2
    const service = new RestartableService(create, SILENT_LOGGER)
    await service.start()
    restarts[0]?.()
    expect((await service.failed).message).to.equal('disk full')
    await service.stop()
  })
})
