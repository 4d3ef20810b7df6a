import { expect } from 'chai'
import { CodecError } from '../../../../codec/errors.ts'
import { HeartbeatData } from '../../../../codec/body/heartbeat-data.ts'

const subscription =
  '{"classFilterMode":false,"codeSet":[97,98],"expressionType":"TAG","subString":"a||b",' +
  '"subVersion":1795220487717,"tagsSet":["a","b"],"topic":"T"}'
const consumer =
  '{"consumeFromWhere":"CONSUME_FROM_LAST_OFFSET","consumeType":"CONSUME_PASSIVELY","groupName":"g",' +
  `"messageModel":"CLUSTERING","subscriptionDataSet":[${subscription}],"unitMode":false}`
const heartbeat =
  `{"clientID":"10.0.0.1@123#1795220487717123","consumerDataSet":[${consumer}],"heartbeatFingerprint":0,` +
  '"producerDataSet":[{"groupName":"p"}],"withoutSub":false}'

describe('HeartbeatData', () => {
  it('is read and written as Java writes it', () => {
    const data = HeartbeatData.decode(Buffer.from(heartbeat))
    expect(data.consumerDataSet[0]?.subscriptionDataSet[0]?.codeSet).to.deep.equal([97, 98])
    expect(HeartbeatData.encode(data).toString()).to.equal(heartbeat)
  })

  it('takes what old clients and Go leave out or set to null', () => {
    const data = HeartbeatData.decode(
      '{"clientID":"c","producerDataSet":null,"consumerDataSet":[{"groupName":"g","subscriptionDataSet":' +
        '[{"topic":"T","subString":"*","tagsSet":null,"codeSet":null}]}]}',
    )
    expect(data).to.deep.equal({
      clientID: 'c',
      heartbeatFingerprint: 0,
      producerDataSet: [],
      withoutSub: false,
      consumerDataSet: [
        {
          consumeFromWhere: 'CONSUME_FROM_LAST_OFFSET',
          consumeType: 'CONSUME_PASSIVELY',
          groupName: 'g',
          messageModel: 'CLUSTERING',
          unitMode: false,
          subscriptionDataSet: [
            {
              classFilterMode: false,
              codeSet: [],
              expressionType: 'TAG',
              subString: '*',
              subVersion: 0,
              tagsSet: [],
              topic: 'T',
            },
          ],
        },
      ],
    })
  })

  const refused: [string, string][] = [
    ['{}', 'HeartbeatData.clientID: a string is missing'],
    ['[]', 'HeartbeatData: [] is not an object'],
    ['null', 'HeartbeatData: an object is missing'],
    ['{"clientID":"c","consumerDataSet":{}}', 'HeartbeatData.consumerDataSet: {} is not a list'],
    [
      '{"clientID":"c","consumerDataSet":[{"groupName":"g"},{"groupName":[]}]}',
      'HeartbeatData.consumerDataSet.1.groupName: [] is not a string',
    ],
    [
      '{"clientID":"c","consumerDataSet":[{"groupName":"g","messageModel":"X"}]}',
      'HeartbeatData.consumerDataSet.0.messageModel: "X" is not one of BROADCASTING, CLUSTERING',
    ],
    [
      '{"clientID":"c","heartbeatFingerprint":2147483648}',
      'HeartbeatData.heartbeatFingerprint: 2147483648 is not an int',
    ],
    ['{"clientID":"c","withoutSub":1}', 'HeartbeatData.withoutSub: 1 is not a boolean'],
    ['{"clientID":', 'invalid JSON at character 12: a value expected'],
  ]
  for (const [text, message] of refused) {
    it(`refuses ${text}`, () => {
      expect(() => HeartbeatData.decode(Buffer.from(text)))
        .to.throw(CodecError)
        .with.property('message', message)
    })
  }

  it('refuses a missing body', () => {
    expect(() => HeartbeatData.decode(undefined)).to.throw('HeartbeatData: an object is missing')
  })
})
