import { expect } from 'chai'
import { isIpInRange, isValidIpOrCidr } from '../../../lib/auth/ip-range.ts'
import {
  type Acl,
  Action,
  Decision,
  type PolicyEntry,
  PolicyType,
  decidingEntry,
} from '../../../lib/auth/policy.ts'
import { parseResource, resourceKey, topicResource } from '../../../lib/auth/resource.ts'

const { PUB, SUB, ALL } = Action

function entry(key: string, decision: Decision, changes: Partial<PolicyEntry> = {}): PolicyEntry {
  const resource = parseResource(key)
  if (resource === undefined) throw new Error(`${key} is no resource`)
  return { resource, actions: [PUB], sourceIps: [], decision, ...changes }
}

const allow = (key: string, changes?: Partial<PolicyEntry>) => entry(key, Decision.ALLOW, changes)
const deny = (key: string, changes?: Partial<PolicyEntry>) => entry(key, Decision.DENY, changes)

describe('decidingEntry', () => {
  function decide(custom: PolicyEntry[], byDefault: PolicyEntry[] = [], topic = 'order-1') {
    const policies = [
      { policyType: PolicyType.DEFAULT, entries: byDefault },
      { policyType: PolicyType.CUSTOM, entries: custom },
    ]
    const acl: Acl = { subject: 'User:u', policies }
    const found = decidingEntry(acl, { resource: topicResource(topic), actions: [PUB] }, '10.1.2.3')
    return found && `${found.decision} ${resourceKey(found.resource)}`
  }

  const BY_RANK = ['Topic:order-1', 'Topic:order*', 'Topic:or*', 'Topic:*', '*']
  for (const [index, key] of BY_RANK.slice(0, -1).entries()) {
    for (const wider of BY_RANK.slice(index + 1)) {
      it(`lets ${key} decide over ${wider}, in whatever order they were given`, () => {
        for (const [narrow, wide] of [
          [allow(key), deny(wider)],
          [deny(key), allow(wider)],
        ] as const) {
          const expected = `${narrow.decision} ${key}`
          expect(decide([narrow, wide])).to.equal(expected)
          expect(decide([wide, narrow])).to.equal(expected)
        }
      })
    }
  }

  it('looks at default policies where no custom one matches', () => {
    expect(decide([allow('Topic:other')], [deny('*')])).to.equal('Deny *')
    expect(decide([allow('*')], [deny('Topic:order-1')])).to.equal('Allow *')
    expect(decide([], [])).to.equal(undefined)
  })

  it('passes over other kinds, actions and addresses', () => {
    expect(decide([allow('Group:order-1')])).to.equal(undefined)
    expect(decide([allow('Topic:order-1', { actions: [SUB] })])).to.equal(undefined)
    expect(decide([allow('Topic:order-1', { actions: [ALL] })])).to.equal('Allow Topic:order-1')
    const elsewhere = { sourceIps: ['10.2.0.0/16', '10.1.2.4'] }
    expect(decide([allow('Topic:order-1', elsewhere)])).to.equal(undefined)
    const here = { sourceIps: ['10.2.0.0/16', '10.1.0.0/16'] }
    expect(decide([allow('Topic:order-1', here)])).to.equal('Allow Topic:order-1')
  })

  it('takes a retry topic for its group', () => {
    expect(decide([allow('Group:g')], [], '%RETRY%g')).to.equal('Allow Group:g')
  })
})

describe('parseResource', () => {
  it('reads what resourceKey writes', () => {
    for (const key of ['*', 'Topic:*', 'Topic:a*', 'Topic:a', 'Group:g', 'Cluster:c']) {
      const resource = parseResource(key)
      expect(resource && resourceKey(resource)).to.equal(key)
    }
  })

  it('knows kinds regardless of case, and nothing else', () => {
    expect(parseResource('topic:a')).to.deep.equal(topicResource('a'))
    for (const key of [undefined, '', ' ', 'Queue:a', ':a']) {
      expect(parseResource(key)).to.equal(undefined)
    }
  })
})

describe('source addresses', () => {
  it('are addresses or networks', () => {
    for (const text of ['10.0.0.1', '::1', '10.0.0.0/8', 'fe80::/10', '0.0.0.0/0']) {
      expect(isValidIpOrCidr(text), text).to.equal(true)
    }
    for (const text of [
      '',
      'localhost',
      '10.0.0',
      '10.0.0.0/33',
      '10.0.0.0/8/8',
      '::/129',
      '::/',
    ]) {
      expect(isValidIpOrCidr(text), text).to.equal(false)
    }
  })

  it('are in a network by its leading bits', () => {
    expect(isIpInRange('10.255.0.1', '10.0.0.0/8')).to.equal(true)
    expect(isIpInRange('11.0.0.1', '10.0.0.0/8')).to.equal(false)
    expect(isIpInRange('fe80::1', 'fe80::/10')).to.equal(true)
    expect(isIpInRange('::1', '10.0.0.0/8')).to.equal(false)
    expect(isIpInRange('10.0.0.1', '10.0.0.1')).to.equal(true)
  })
})
