import { expect } from 'chai'
import { RemotingCommand, SerializeType } from '../../../codec/remoting-command.ts'
import { encodeFrame } from '../../../codec/frame.ts'
import type { Channel } from '../../../lib/remoting/index.ts'
import type { RawClient } from '../../helpers/remoting.ts'
import { ServerFixture } from '../../helpers/server-fixture.ts'

const ECHO = 1
const LATER = 2

describe('RemotingServer', () => {
  let fixture: ServerFixture
  let client: RawClient
  let later: { request: RemotingCommand; channel: Channel }[]

  beforeEach(async () => {
    fixture = new ServerFixture()
    later = []
    fixture.dispatcher.registerProcessor(ECHO, {
      process: (request) => RemotingCommand.response(0, 'ok', request.extFields, request.body),
    })
    fixture.dispatcher.registerProcessor(LATER, {
      process: (request, channel) => {
        later.push({ request, channel })
        fixture.signal()
        return undefined
      },
    })
    await fixture.start()
    client = await fixture.connect()
  })

  afterEach(() => fixture.stop())

  it('answers a request with its opaque and the response flag', async () => {
    const request = RemotingCommand.request(ECHO, { a: 'b' }, Buffer.from('body'))
    request.opaque = -7
    const response = await client.invoke(request)
    expect(response.code).to.equal(0)
    expect(response.opaque).to.equal(-7)
    expect(response.flag).to.equal(1)
    expect(response.extFields).to.deep.equal({ a: 'b' })
    expect(response.body?.toString()).to.equal('body')
  })

  it('answers an unknown code with REQUEST_CODE_NOT_SUPPORTED', async () => {
    const response = await client.invoke(RemotingCommand.request(999))
    expect(response.code).to.equal(3)
    expect(response.remark).to.equal(' request type 999 not supported')
  })

  it('understands binary headers and answers in its own type', async () => {
    const request = RemotingCommand.request(ECHO, { a: 'b' })
    const response = await client.invoke(request, SerializeType.ROCKETMQ)
    expect(response.extFields).to.deep.equal({ a: 'b' })
  })

  it('answers all requests of one write, in order', async () => {
    const requests = Array.from({ length: 500 }, (_, i) => numbered(ECHO, i + 1))
    client.sendBytes(Buffer.concat(requests.map((request) => encodeFrame(request))))
    const responses = await Promise.all(requests.map(({ opaque }) => client.response(opaque)))
    expect(responses.map(({ opaque }) => opaque)).to.deep.equal(requests.map((r) => r.opaque))
  })

  it('cuts frames that come byte by byte', async () => {
    const frame = encodeFrame(numbered(ECHO, 5))
    for (const byte of frame) client.sendBytes(Buffer.of(byte))
    expect((await client.response(5)).code).to.equal(0)
  })

  it('lets answers come out of order', async () => {
    client.send(numbered(LATER, 1))
    client.send(numbered(LATER, 2))
    await fixture.signals(2)
    const second = client.response(2)
    later[1]?.channel.respond(later[1].request, RemotingCommand.response(0, 'second'))
    expect((await second).remark).to.equal('second')
    later[0]?.channel.respond(later[0].request, RemotingCommand.response(0, 'first'))
    expect((await client.response(1)).remark).to.equal('first')
  })

  it('sends one answer only, however often a processor answers', async () => {
    client.send(numbered(LATER, 1))
    await fixture.signals(1)
    const [{ request, channel }] = later as [(typeof later)[0]]
    channel.respond(request, RemotingCommand.response(0, 'first'))
    channel.respond(request, RemotingCommand.response(0, 'second'))
    expect((await client.response(1)).remark).to.equal('first')
    await client.invoke(RemotingCommand.request(ECHO))
    expect(client.received).to.deep.equal([])
  })

  it('sends one answer only when a processor answers and returns another', async () => {
    fixture.dispatcher.registerProcessor(3, {
      process: (request, channel) => {
        channel.respond(request, RemotingCommand.response(0, 'first'))
        return RemotingCommand.response(0, 'second')
      },
    })
    expect((await client.invoke(RemotingCommand.request(3))).remark).to.equal('first')
    await client.invoke(RemotingCommand.request(ECHO))
    expect(client.received).to.deep.equal([])
  })

  it('processes nothing that stands behind a request at which the connection is closed', async () => {
    fixture.dispatcher.registerProcessor(3, {
      process: (_, channel) => {
        channel.close('enough')
        return undefined
      },
    })
    const requests = [numbered(ECHO, 1), numbered(3, 2), numbered(LATER, 3)]
    client.sendBytes(Buffer.concat(requests.map((request) => encodeFrame(request))))
    expect((await client.response(1)).code).to.equal(0)
    await client.closed
    expect(later).to.deep.equal([])
  })

  it('never answers a one-way request', async () => {
    client.send(numbered(ECHO, 1).markOneway())
    client.send(numbered(999, 2).markOneway())
    await client.invoke(numbered(ECHO, 3))
    expect(client.received).to.deep.equal([])
  })

  it('calls the peer over the same connection, with numbers of its own', async () => {
    client.send(numbered(LATER, 1))
    await fixture.signals(1)
    const [{ request, channel }] = later as [(typeof later)[0]]
    const answer = channel.invoke(RemotingCommand.request(40), 1000)
    const incoming = await client.request(40)
    const reply = RemotingCommand.response(0, 'from the client')
    reply.opaque = incoming.opaque
    client.send(reply)
    expect((await answer).remark).to.equal('from the client')
    channel.respond(request, RemotingCommand.response(0))
    expect((await client.response(1)).code).to.equal(0)
  })

  it('writes body slices one behind the other', async () => {
    const slices = ['a'.repeat(5000), 'b', 'c', 'd'.repeat(3000), 'e'].map((s) => Buffer.from(s))
    fixture.dispatcher.registerProcessor(3, {
      process: () => {
        const response = RemotingCommand.response(0)
        response.bodySlices = slices
        return response
      },
    })
    const response = await client.invoke(RemotingCommand.request(3))
    expect(response.body?.equals(Buffer.concat(slices))).to.equal(true)
  })
})

function numbered(code: number, opaque: number): RemotingCommand {
  const request = RemotingCommand.request(code)
  request.opaque = opaque
  return request
}
