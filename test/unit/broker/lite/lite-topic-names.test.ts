import { expect } from 'chai'
import {
  belongsTo,
  isLiteTopicQueue,
  parseLmqName,
  toLmqName,
} from '../../../../lib/broker/lite/lite-topic-names.ts'

describe('names of lite topics', () => {
  it('are made of a parent and a child', () => {
    expect(toLmqName('P', 'a')).to.equal('%LMQ%$P$a')
    expect(parseLmqName('%LMQ%$P$a')).to.deep.equal({ parentTopic: 'P', liteTopic: 'a' })
    expect([toLmqName('', 'a'), toLmqName('P', '')]).to.deep.equal([undefined, undefined])
  })

  it('are not those of other queues', () => {
    const others = ['%LMQ%a', 'P', '%LMQ%$P', '%LMQ%$P$', '%LMQ%$$a', '%LMQ%$P$a$b']
    expect(others.map(parseLmqName)).to.deep.equal(others.map(() => undefined))
    expect(['%LMQ%a', '%LMQ%$P'].map(isLiteTopicQueue)).to.deep.equal([false, true])
    expect([belongsTo('%LMQ%$P$a', 'P'), belongsTo('%LMQ%$PQ$a', 'P')]).to.deep.equal([true, false])
  })
})
