// npm install --save-dev mocha PATH-OF-YOUR-CLONE, then: npx mocha embedded.test.mjs
import { startServer } from 'rocketmq-server'

describe('a program that uses RocketMQ', () => {
  let server

  before(async () => {
    server = await startServer()
  })

  after(() => server.close())

  it('finds its servers', () => {
    // Give it to the program under test: RocketMQ's clients call it namesrvAddr.
    console.log(server.namesrvAddr)
  })
})
