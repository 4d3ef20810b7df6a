import { expect } from 'chai'
import { BrokerGroup } from '../../helpers/broker-group.ts'
import { runMqadmin } from '../../helpers/mqadmin.ts'

const PROVIDERS = 'org.apache.rocketmq.auth'
const SETTINGS = {
  brokerClusterName: 'C',
  authenticationEnabled: 'true',
  authenticationMetadataProvider: `${PROVIDERS}.authentication.provider.LocalAuthenticationMetadataProvider`,
  authorizationEnabled: 'true',
  authorizationMetadataProvider: `${PROVIDERS}.authorization.provider.LocalAuthorizationMetadataProvider`,
  initAuthenticationUser: '{"username":"admin","password":"secret"}',
  innerClientAuthenticationCredentials: '{"accessKey":"inner","secretKey":"secret"}',
}
const KEYS = { ROCKETMQ_ACCESS_KEY: 'admin', ROCKETMQ_SECRET_KEY: 'secret' }

/** Words of a row, by two blanks or more. */
const cells = (line = ''): string[] => line.trim().split(/ {2,}/)

describe('mqadmin about users and rights', () => {
  const group = new BrokerGroup()
  let broker: string
  let other: string

  before(async () => {
    await group.start()
    broker = (await group.startBroker('master', SETTINGS)).address.toString()
    const settings = { ...SETTINGS, brokerName: 'broker-b', brokerClusterName: 'D' }
    other = (await group.startBroker('other', settings)).address.toString()
  })

  after(() => group.close())

  const linesOf = async (line: string): Promise<readonly string[]> => {
    const { code, lines, errors } = await runMqadmin(line, group.namesrvAddr, KEYS)
    expect({ code, errors }).to.deep.equal({ code: 0, errors: [] })
    return lines
  }

  it('creates, changes, shows, copies and deletes users', async () => {
    expect(await linesOf('createUser -c C -u u1 -p p1')).to.deep.equal([
      `create user to ${broker} success.`,
    ])
    const [head, row] = await linesOf(`getUser -b ${broker} -u u1`)
    expect(cells(head)).to.deep.equal(['#UserName', '#Password', '#UserType', '#UserStatus'])
    expect(cells(row)).to.deep.equal(['u1', 'p1', 'Normal', 'enable'])
    expect(await linesOf(`updateUser -b ${broker} -u u1 -p p2 -s disable`)).to.deep.equal([
      `update user to ${broker} success.`,
    ])
    expect(await linesOf(`copyUser -f ${broker} -t ${other} -u u1,nobody`)).to.deep.equal([
      `copy user of u1 from ${broker} to ${other} success.`,
    ])
    const copied = await linesOf('listUser -c D -f u1')
    expect(cells(copied[1])).to.deep.equal(['u1', 'p2', 'Normal', 'disable'])
    expect(copied[2]).to.equal(`get user from ${other} success.`)
    expect(await linesOf(`copyUser -f ${broker} -t ${other}`)).to.have.lengthOf(3)
    expect(await linesOf('deleteUser -c D -u u1')).to.deep.equal([
      `delete user to ${other} success.`,
    ])
    expect(await linesOf('getUser -c D -u u1')).to.deep.equal([])
  })

  it('refuses to change nothing', async () => {
    const { code, errors } = await runMqadmin(`updateUser -b ${broker} -u u1`, '', KEYS)
    expect({ code, errors }).to.deep.equal({
      code: 1,
      errors: ['mqadmin updateUser: nothing is to be changed: give -p, -t or -s'],
    })
  })

  it('gives, changes, shows, copies and takes rights', async () => {
    for (const address of [broker, other]) await linesOf(`createUser -b ${address} -u u2 -p p2`)
    const rights = '-s User:u2 -r Topic:A,Group:* -a Pub,Sub -i 10.0.0.0/8'
    expect(await linesOf(`createAcl -b ${broker} ${rights} -d Allow`)).to.deep.equal([
      `create acl to ${broker} success.`,
    ])
    const rows = (await linesOf(`getAcl -b ${broker} -s User:u2`)).slice(1).map(cells)
    expect(rows).to.have.deep.members([
      ['User:u2', 'Custom', 'Topic:A', '[Pub, Sub]', '[10.0.0.0/8]', 'Allow'],
      ['User:u2', 'Custom', 'Group:*', '[Pub, Sub]', '[10.0.0.0/8]', 'Allow'],
    ])
    await linesOf(`updateAcl -c C -s User:u2 -r Topic:A -a Pub -d Deny`)
    const [, changed] = await linesOf(`listAcl -c C -s u2 -r Topic:A`)
    expect(cells(changed)).to.include.members(['Topic:A', '[Pub]', 'Deny'])
    expect(await linesOf(`copyAcl -f ${broker} -t ${other} -s User:u2`)).to.deep.equal([
      `copy acl of User:u2 from ${broker} to ${other} success.`,
    ])
    expect(await linesOf(`copyAcl -f ${broker} -t ${other}`)).to.have.lengthOf(1)
    expect(await linesOf('getAcl -c D -s User:u2')).to.deep.equal(
      await linesOf('getAcl -c C -s User:u2'),
    )
    expect(await linesOf(`deleteAcl -b ${other} -s User:u2`)).to.deep.equal([
      `delete acl to ${other} success.`,
    ])
    expect(await linesOf('listAcl -c D')).to.deep.equal([])
  })
})
