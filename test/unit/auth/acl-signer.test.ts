import { expect } from 'chai'
import { RemotingCommand } from '../../../codec/remoting-command.ts'
import { calSignature, isSameSignature } from '../../../lib/auth/acl-signer.ts'
import { signRequest } from '../../../lib/auth/session-credentials.ts'

describe('calSignature', () => {
  const SECRET = 'SK12345678'

  /** Computed by Apache's AclSigner from the content `AKTopicA0hello`. */
  const VECTOR = '0MmO40wDEI49aABh8bIAss5aNEk='

  it('signs the values of the fields in the order of their names, then the body', () => {
    const fields = { topic: 'TopicA', AccessKey: 'AK', zero: '0' }
    const request = RemotingCommand.request(10, fields, Buffer.from('hello'))
    expect(calSignature(request, SECRET)).to.equal(VECTOR)
  })

  it('leaves a signature among the fields out', () => {
    const fields = { AccessKey: 'AK', Signature: 'x', topic: 'TopicA0' }
    const request = RemotingCommand.request(10, fields, Buffer.from('hello'))
    expect(calSignature(request, SECRET)).to.equal(VECTOR)
  })

  it('leaves _UNIQUE_KEY_QUERY out for clients up to 4.9.3 only', () => {
    const fields = { AccessKey: 'AKTopicA0', _UNIQUE_KEY_QUERY: 'true' }
    const request = RemotingCommand.request(12, fields, Buffer.from('hello'))
    request.version = 399
    expect(calSignature(request, SECRET)).to.equal(VECTOR)
    request.version = 400
    expect(calSignature(request, SECRET)).not.to.equal(VECTOR)
  })

  it('tells equal signatures from others, of any length', () => {
    expect(isSameSignature(VECTOR, VECTOR)).to.equal(true)
    expect(isSameSignature(VECTOR, VECTOR.replace('0', '1'))).to.equal(false)
    expect(isSameSignature(VECTOR, VECTOR.slice(1))).to.equal(false)
    expect(isSameSignature(VECTOR, '')).to.equal(false)
  })
})

describe('signRequest', () => {
  it('signs the access key and the token too, and leaves fields that others share as they are', () => {
    const shared = { topic: 'TopicA' }
    const request = RemotingCommand.request(105, shared)
    signRequest(request, { accessKey: 'AK', secretKey: 'SK', securityToken: 'T' })
    const { Signature, ...signed } = request.extFields ?? {}
    expect(signed).to.deep.equal({ AccessKey: 'AK', SecurityToken: 'T', topic: 'TopicA' })
    expect(Signature).to.equal(calSignature(RemotingCommand.request(105, signed), 'SK'))
    expect(shared).to.deep.equal({ topic: 'TopicA' })
  })
})
