import { RequestCode } from '../../../../codec/request-code.ts'
import { defineCommand } from '../../command.ts'
import { choice, required } from '../../option.ts'
import { BROKER_OPTIONS, onMasters, ONE_OF_BROKER_OPTIONS } from '../../targets.ts'

/** Source: common.message.MessageConst#TIMER_ENGINE_TYPE */
const TIMER_ENGINE_TYPE = 'E_T'
const ENGINES = { R: 'ROCKSDB_TIMELINE', F: 'FILE_TIME_WHEEL' } as const

/** Apache: tools.command.broker.SwitchTimerEngineSubCommand */
export const switchTimerEngine = defineCommand({
  name: 'switchTimerEngine',
  text: 'Says where a broker keeps timer messages.',
  options: {
    ...BROKER_OPTIONS,
    engineType: required(choice('e', ['R', 'F'], 'R in RocksDB, F in the files of a time wheel')),
  },
  oneOf: ONE_OF_BROKER_OPTIONS,
  async run(context, values) {
    const { admin, output } = context
    const { engineType } = values
    const header = { [TIMER_ENGINE_TYPE]: engineType }
    await onMasters(context, values, async (broker) => {
      await admin.invoke(broker, { code: RequestCode.SWITCH_TIMER_ENGINE, header })
      const engine = ENGINES[engineType]
      output.print({ broker, engine }, [`switchTimerEngine to ${engine} success, ${broker}`])
    })
  },
})
