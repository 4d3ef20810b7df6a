import { defineCommand } from '../../command.ts'
import { required, text, truth } from '../../option.ts'
import { offlineLines, onlineData, onlineLines } from './describe-reset.ts'
import { END_OF_QUEUES, resetOffsets } from './reset-offsets.ts'

/** Apache: tools.command.offset.SkipAccumulationSubCommand */
export const skipAccumulatedMessage = defineCommand({
  name: 'skipAccumulatedMessage',
  text: 'Moves a consumer group behind all messages that are there.',
  options: {
    group: required(text('g', 'GROUP', 'consumer group')),
    topic: required(text('t', 'TOPIC', 'topic')),
    force: truth('f', 'false: only back; true by default'),
    cluster: text('c', 'NAME', 'of a light topic the parent, whose brokers are asked'),
  },
  async run({ admin, output }, { group, topic, force = true, cluster }) {
    const reset = { topic, group, timestamp: END_OF_QUEUES, isForce: force, cluster }
    const outcome = await resetOffsets(admin, reset)
    if ('online' in outcome) output.print(onlineData(outcome.online), onlineLines(outcome.online))
    else output.print(outcome.offline, offlineLines(outcome.offline, '#rollbackOffset'))
  },
})
