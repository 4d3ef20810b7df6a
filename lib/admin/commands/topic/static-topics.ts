import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ClusterInfo } from '../../../../codec/body/cluster-info.ts'
import { toError } from '../../../common/errors.ts'
import { MASTER_ID } from '../../cluster.ts'
import { type AdminContext, type AdminCommand, defineCommand } from '../../command.ts'
import { integer, required, text, truth } from '../../option.ts'
import { StaticTopicApplier } from '../../statictopic/apply.ts'
import { checkStaticTopics } from '../../statictopic/check.ts'
import { planQueues, planRemapping } from '../../statictopic/plan.ts'
import {
  newStaticTopic,
  type StaticTopics,
  TopicRemappingDetailWrapper,
} from '../../statictopic/static-topic.ts'
import { fetchStaticTopics, type Masters } from '../../statictopic/static-topic-calls.ts'
import { writeTextFile } from '../../text-file.ts'

const OPTIONS = {
  brokers: text('b', 'LIST', 'brokers by name, separated by commas'),
  clusters: text('c', 'LIST', 'all brokers of these clusters, separated by commas'),
  topic: required(text('t', 'TOPIC', 'topic')),
  mapFile: text('mf', 'FILE', 'a plan that was written by this command, instead of a new one'),
  forceReplace: truth('fr', 'whether brokers are to take it whatever they have; false by default'),
}

interface Values {
  readonly brokers?: string | undefined
  readonly clusters?: string | undefined
  readonly topic: string
  readonly mapFile?: string | undefined
  readonly forceReplace?: boolean | undefined
}

/** Apache: tools.command.topic.UpdateStaticTopicSubCommand */
export const updateStaticTopic: AdminCommand = defineCommand({
  name: 'updateStaticTopic',
  text: 'Creates a static topic, or gives it more queues.',
  options: {
    ...OPTIONS,
    totalQueueNum: required(integer('qn', 'NUMBER', 'logical queues', 1, 65_535)),
  },
  oneOf: ['brokers', 'clusters'],
  async run(context, values) {
    const { topic, totalQueueNum } = values
    await change(context, values, (targets, configs) => {
      const all = new Set([...targets, ...configs.keys()])
      return planQueues(topic, totalQueueNum, [...all], configs, context.clock.now())
    })
  },
})

/** Apache: tools.command.topic.RemappingStaticTopicSubCommand */
export const remappingStaticTopic: AdminCommand = defineCommand({
  name: 'remappingStaticTopic',
  text: 'Moves the queues of a static topic to other brokers.',
  options: OPTIONS,
  oneOf: ['brokers', 'clusters'],
  async run(context, values) {
    const { topic } = values
    await change(context, values, (targets, configs) =>
      planRemapping(topic, targets, configs, context.clock.now()),
    )
  },
})

type Planner = (targets: readonly string[], configs: StaticTopics) => TopicRemappingDetailWrapper

/** Fetches what there is, plans, leaves both in files, and tells the brokers. */
async function change(context: AdminContext, values: Values, plan: Planner): Promise<void> {
  const { admin } = context
  const { topic, mapFile, forceReplace = false } = values
  const info = await admin.examineBrokerClusterInfo()
  const masters = mastersIn(info)
  const applier = new StaticTopicApplier(admin, masters, forceReplace)
  if (mapFile !== undefined) {
    await apply(applier, readPlan(context, mapFile, topic), info)
    return
  }
  const targets = targetsOf(info, values)
  const configs = await fetchStaticTopics(admin, topic, masters)
  const before = TopicRemappingDetailWrapper.encode({
    brokerConfigMap: configs,
    brokerToMapIn: [],
    brokerToMapOut: [],
    epoch: epochOf(configs, context.clock.now()),
    topic,
    type: 'CREATE_OR_UPDATE',
  })
  leave(context, topic, epochOf(configs, context.clock.now()), before, 'before')
  const planned = plan(targets, configs)
  const after = TopicRemappingDetailWrapper.encode(planned)
  leave(context, topic, planned.epoch, after, 'after')
  await apply(applier, planned, info)
}

async function apply(
  applier: StaticTopicApplier,
  plan: TopicRemappingDetailWrapper,
  info: ClusterInfo,
): Promise<void> {
  const configs = plan.brokerConfigMap as StaticTopics
  completeOtherBrokers(plan.topic, configs, info)
  const { brokerToMapIn, brokerToMapOut } = plan
  if (brokerToMapIn.length === 0) await applier.applyAll(configs)
  else await applier.applyRemapping(plan.topic, configs, brokerToMapIn, brokerToMapOut)
}

function epochOf(configs: StaticTopics, nowMs: number): number {
  const [first] = configs.values()
  return first?.mappingDetail.epoch ?? nowMs
}

/** Every broker of the clusters is to know that the topic is a static one. */
function completeOtherBrokers(topic: string, configs: StaticTopics, info: ClusterInfo): void {
  const { epoch, totalQueues } = checkStaticTopics(topic, configs)
  for (const brokers of info.clusterAddrTable.values()) {
    if (!brokers.some((broker) => configs.has(broker))) continue
    for (const broker of brokers) {
      if (!configs.has(broker)) {
        configs.set(broker, newStaticTopic(topic, broker, totalQueues, epoch))
      }
    }
  }
}

function mastersIn({ brokerAddrTable }: ClusterInfo): Masters {
  return new Map(
    [...brokerAddrTable].flatMap(([name, { brokerAddrs }]) => {
      const master = brokerAddrs.get(MASTER_ID)
      return master === undefined ? [] : [[name, master] as const]
    }),
  )
}

function targetsOf(info: ClusterInfo, { brokers, clusters = '' }: Values): string[] {
  const targets =
    brokers?.split(',').map((each) => each.trim()) ??
    clusters.split(',').flatMap((each) => info.clusterAddrTable.get(each.trim()) ?? [])
  if (targets.length === 0) throw new Error('Find none brokers, do nothing')
  for (const broker of targets) {
    if (!info.brokerAddrTable.has(broker)) throw new Error(`Can't find addr for broker ${broker}`)
  }
  return targets
}

function leave(
  { fileSystem, output }: AdminContext,
  topic: string,
  epoch: number,
  plan: Buffer,
  when: 'before' | 'after',
): void {
  const file = join(tmpdir(), `${topic}-${epoch}.${when}`)
  writeTextFile(fileSystem, file, plan.toString('utf8'))
  const which = when === 'before' ? 'old' : 'new'
  output.print({ [which]: file }, [`The ${which} mapping data is written to file ${file}`])
}

/** @throws Error that names the file, when it is none or is about another topic */
function readPlan(
  { fileSystem }: AdminContext,
  path: string,
  topic: string,
): TopicRemappingDetailWrapper {
  try {
    const plan = TopicRemappingDetailWrapper.decode(fileSystem.readFile(path))
    if (plan.topic !== topic) throw new Error(`it is about the topic ${plan.topic}`)
    return plan
  } catch (error) {
    throw new Error(`${path}: ${toError(error).message}`)
  }
}
