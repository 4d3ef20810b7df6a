import { parseJson } from '../../../../codec/fastjson.ts'
import type { JsonObject, JsonValue } from '../../../../codec/fastjson.ts'
import { stringifyJson } from '../../../../codec/fastjson-writer.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { formatProperties } from '../../../config/properties.ts'
import { defineCommand } from '../../command.ts'
import { choice, integer, required, text } from '../../option.ts'
import {
  BROKER_OPTIONS,
  onMasters,
  onMastersAndSlaves,
  ONE_OF_BROKER_OPTIONS,
} from '../../targets.ts'
import { timeOfSeconds } from '../../times.ts'

/** Apache: tools.command.broker.GetColdDataFlowCtrInfoSubCommand */
export const getColdDataFlowCtrInfo = defineCommand({
  name: 'getColdDataFlowCtrInfo',
  text: 'Shows how reads of cold data are held back.',
  options: BROKER_OPTIONS,
  oneOf: ONE_OF_BROKER_OPTIONS,
  async run(context, values) {
    const { admin, output } = context
    await onMastersAndSlaves(context, values, async (broker, head) => {
      const code = RequestCode.GET_COLD_DATA_FLOW_CTR_INFO
      const { body } = await admin.invoke(broker, { code })
      if (body === undefined || body.length === 0) {
        output.print({ broker }, [` ${head}`, `Broker[${broker}] has no cold ctr table !`])
        return
      }
      const info = withReadableTimes(parseJson(body))
      const text = stringifyJson(info, { pretty: true })
      output.print({ broker, info }, [` ${head}`, ...text.split('\n')])
    })
  },
})

/** In the order in which Apache's tool prints them, which is that of a hash map. */
const FIELDS = [
  'globalAcc',
  'cgColdReadThreshold',
  'configTable',
  'globalColdReadThreshold',
  'runtimeTable',
] as const

function withReadableTimes(info: JsonValue): JsonObject {
  const told = info as JsonObject
  const ordered = FIELDS.filter((name) => told[name] !== undefined)
  const fields = Object.fromEntries(ordered.map((name) => [name, told[name] as JsonValue]))
  const groups = Object.entries((told['runtimeTable'] ?? {}) as JsonObject)
  return { ...fields, runtimeTable: Object.fromEntries(groups.map(readableGroup)) }
}

function readableGroup([group, value]: [string, JsonValue]): [string, JsonValue] {
  const { createTimeMills, lastColdReadTimeMills, ...counts } = value as JsonObject
  const times = {
    createTimeFormat: timeOfSeconds(Number(createTimeMills)),
    lastColdReadTimeFormat: timeOfSeconds(Number(lastColdReadTimeMills)),
  }
  return [group, { ...times, ...counts }]
}

/** Apache: tools.command.broker.UpdateColdDataFlowCtrGroupConfigSubCommand */
export const updateColdDataFlowCtrGroupConfig = defineCommand({
  name: 'updateColdDataFlowCtrGroupConfig',
  text: 'Bounds how much cold data a group may read.',
  options: {
    ...BROKER_OPTIONS,
    consumerGroup: required(text('g', 'GROUP', 'consumer group')),
    threshold: required(integer('v', 'BYTES', 'bytes of cold data')),
  },
  oneOf: ONE_OF_BROKER_OPTIONS,
  async run(context, values) {
    const { admin, output } = context
    const { consumerGroup, threshold } = values
    const entries = new Map([[consumerGroup, String(threshold)]])
    const body = Buffer.from(formatProperties(entries), 'utf8')
    await onMasters(context, values, async (broker) => {
      await admin.invoke(broker, { code: RequestCode.UPDATE_COLD_DATA_FLOW_CTR_CONFIG, body })
      output.print({ broker, consumerGroup, threshold }, [
        `updateColdDataFlowCtrGroupConfig success, ${broker}`,
      ])
    })
  },
})

/** Apache: tools.command.broker.RemoveColdDataFlowCtrGroupConfigSubCommand */
export const removeColdDataFlowCtrGroupConfig = defineCommand({
  name: 'removeColdDataFlowCtrGroupConfig',
  text: 'Takes away the bound of a group for cold data.',
  options: { ...BROKER_OPTIONS, consumerGroup: required(text('g', 'GROUP', 'consumer group')) },
  oneOf: ONE_OF_BROKER_OPTIONS,
  async run(context, values) {
    const { admin, output } = context
    const { consumerGroup } = values
    const body = Buffer.from(consumerGroup, 'utf8')
    await onMasters(context, values, async (broker) => {
      await admin.invoke(broker, { code: RequestCode.REMOVE_COLD_DATA_FLOW_CTR_CONFIG, body })
      output.print({ broker, removed: consumerGroup }, [
        `remove broker cold read threshold success, ${broker}`,
      ])
    })
  },
})

/** Apache: tools.command.broker.CommitLogSetReadAheadSubCommand */
export const setCommitLogReadAheadMode = defineCommand({
  name: 'setCommitLogReadAheadMode',
  text: 'Turns reading ahead in the commit log on or off.',
  options: {
    ...BROKER_OPTIONS,
    commitLogReadAheadMode: required(choice('m', ['0', '1'], '0 as usual, 1 for random reads')),
  },
  oneOf: ONE_OF_BROKER_OPTIONS,
  async run(context, values) {
    const { admin, output } = context
    const header = { READ_AHEAD_MODE: values.commitLogReadAheadMode }
    await onMastersAndSlaves(context, values, async (broker, head) => {
      const call = { code: RequestCode.SET_COMMITLOG_READ_MODE, header }
      const { remark } = await admin.invoke(broker, call)
      output.print({ broker, remark }, [
        ` ${head}`,
        `commitLog set readAhead mode rstStr${remark ?? 'null'}`,
      ])
    })
  },
})
