import { expect } from 'chai'
import { NamesrvHealth } from '../../../lib/namesrv/namesrv-health.ts'
import { RouteFixture } from '../../helpers/namesrv.ts'

describe('NamesrvHealth', () => {
  it('is down until the port is open', () => {
    const health = new NamesrvHealth(new RouteFixture().tables)
    const down = {
      server: { status: 'DOWN', details: { state: 'starting or stopping' } },
    }
    expect(health.components()).to.deep.equal(down)
    health.setServing(true)
    expect(health.components()['server']).to.deep.equal({ status: 'UP' })
    health.setServing(false)
    expect(health.components()).to.deep.equal(down)
  })

  it('counts brokers and topics', () => {
    const routes = new RouteFixture()
    routes.register({ brokerAddr: '10.0.0.1:10911' })
    const health = new NamesrvHealth(routes.tables)
    health.setServing(true)
    expect(health.components()['routes']).to.deep.equal({
      status: 'UP',
      details: { brokers: 1, topics: routes.tables.topicQueues.topics.length },
    })
  })
})
