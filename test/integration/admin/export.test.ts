import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import type { BrokerReport } from '../../../lib/admin/commands/export/broker-report.ts'
import { BrokerGroup } from '../../helpers/broker-group.ts'
import { runMqadmin } from '../../helpers/mqadmin.ts'
import { makeTempDirectory } from '../../helpers/temp-directory.ts'

type Table = Record<string, object>

/** What is in one or the other of the files. */
interface Written {
  readonly topicConfigTable: Table
  readonly subscriptionGroupTable: Table
  readonly exportTime: number
  readonly dataVersion: { readonly counter: number }
  readonly brokerConfigs: Table
  readonly clusterScale: object
  readonly evaluateReport: Record<string, BrokerReport>
  readonly totalData: { readonly totalOneDayNum: object }
}

describe('mqadmin writes files', () => {
  const group = new BrokerGroup()
  const { path: directory, remove } = makeTempDirectory()
  let broker: string

  before(async () => {
    await group.start()
    broker = (await group.startBroker('master', { brokerClusterName: 'C' })).address.toString()
    await linesOf('updateTopic -c C -t T -r 2 -w 3')
    await linesOf('updateSubGroup -c C -g G -q 2')
  })

  after(async () => {
    await group.close()
    remove()
  })

  const linesOf = async (line: string): Promise<readonly string[]> => {
    const { code, lines, errors } = await runMqadmin(line, group.namesrvAddr)
    expect({ code, errors }).to.deep.equal({ code: 0, errors: [] })
    return lines
  }

  /** What a command writes into a file of this name. */
  const written = async (line: string, name: string): Promise<Written> => {
    const path = join(directory, name)
    expect(await linesOf(`${line} -f ${directory}`)).to.deep.equal([`export ${path} success`])
    return JSON.parse(readFileSync(path, 'utf8')) as Written
  }

  it('of the topics and groups of users', async () => {
    const all = await written('exportMetadata -c C', 'metadata.json')
    expect(Object.keys(all.topicConfigTable)).to.deep.equal(['T'])
    expect(all.topicConfigTable.T).to.deep.include({ readQueueNums: 2, writeQueueNums: 3 })
    expect(Object.keys(all.subscriptionGroupTable)).to.deep.equal(['G'])
    expect(all.exportTime).to.be.a('number')
    const topics = await written('exportMetadata -c C -t', 'topic.json')
    expect(topics.topicConfigTable).to.deep.equal(all.topicConfigTable)
    const groups = await written('exportMetadata -c C -g', 'subscriptionGroup.json')
    expect(groups.subscriptionGroupTable).to.deep.equal(all.subscriptionGroupTable)
  })

  it('of the topics or groups of one broker', async () => {
    const topics = await written(`exportMetadata -b ${broker} -t`, 'topic.json')
    expect(Object.keys(topics.topicConfigTable)).to.deep.equal(['T'])
    expect(topics.dataVersion.counter).to.be.a('number')
    const groups = await written(`exportMetadata -b ${broker} -g`, 'subscriptionGroup.json')
    expect(Object.keys(groups.subscriptionGroupTable)).to.deep.equal(['G'])
    expect(await linesOf(`exportMetadata -b ${broker}`)).to.deep.equal([])
  })

  it('of settings', async () => {
    const { brokerConfigs, clusterScale } = await written('exportConfigs -c C', 'configs.json')
    expect(clusterScale).to.deep.equal({ masterBrokerSize: 1, namesrvSize: 1, slaveBrokerSize: 0 })
    expect(brokerConfigs['broker-a']).to.deep.include({ brokerName: 'broker-a', brokerId: '0' })
    expect(brokerConfigs['broker-a']).not.to.have.property('listenPort')
  })

  it('of the load', async () => {
    const { evaluateReport, totalData } = await written('exportMetrics -c C', 'metrics.json')
    const { runtimeQuota, runtimeVersion } = evaluateReport['broker-a'] ?? {}
    expect(runtimeQuota).to.deep.include({ topicSize: 1, groupSize: 1 })
    expect(runtimeQuota?.oneDayNum).to.deep.equal(totalData.totalOneDayNum)
    expect(runtimeVersion).to.deep.equal({ clientInfo: [], rocketmqVersion: 'V5_3_3' })
  })

  it('nothing of pop records, of which ours have none to export', async () => {
    const lineOf = (dryRun: boolean): string =>
      `Export broker records, brokerName=broker-a, brokerAddr=${broker}, dryRun=${dryRun}`
    expect(await linesOf('exportPopRecord -c C -d true')).to.deep.equal([lineOf(true)])
    expect(await linesOf(`exportPopRecord -b ${broker}`)).to.deep.equal([lineOf(false)])
  })
})
