import fs from 'node:fs'
import path from 'node:path'
import { fetchApache } from '../harness/apache.ts'
import type { BrokerLauncher, NamesrvLauncher } from '../harness/servers.ts'
import { Servers } from '../harness/servers.ts'
import type { Suite, SuiteContext } from '../harness/suite.ts'
import { COMMANDS } from '../mqadmin/commands.ts'
import { comparableLines, difference } from '../mqadmin/output.ts'
import { runTool, type ToolOutput, type ToolServer } from '../mqadmin/tool.ts'

const SUITE = 'mqadmin'
const CLIENTS = '@clients'
const TOPICS = [{ topicName: 'L1', readQueueNums: 2, writeQueueNums: 2, perm: 6 }]
const GROUPS = [{ groupName: 'L1', consumeEnable: true, retryQueueNums: 1, retryMaxTimes: 3 }]

/** Apache's command line tool, version 5.3.3, against our servers and against Apache's: what it prints is the same. */
export const mqadminSuite: Suite = {
  name: SUITE,
  tools: ['java', 'mvn'],
  targets: ['ours'],
  async run(context) {
    const apache = await context.launchers.apache()
    const started: Servers[] = []
    try {
      const targets: ToolServer[] = []
      for (const [name, launchers] of [
        ['ours', context.launchers] as const,
        ['apache', apache] as const,
      ]) {
        const servers = await startServers(name, launchers, context)
        started.push(servers)
        const directory = path.join(context.directory, name)
        const [namesrv, broker] = [servers.namesrvAddress, servers.address('broker')]
        targets.push({ name, namesrv, broker, directory })
      }
      const outputs = await outputsOf(context, targets)
      report(context, targets, outputs)
    } finally {
      for (const servers of started) await servers.stopAll()
    }
  },
}

async function startServers(
  name: string,
  launchers: { readonly namesrv: NamesrvLauncher; readonly broker: BrokerLauncher },
  context: SuiteContext,
): Promise<Servers> {
  const directory = path.join(context.directory, name)
  fs.mkdirSync(directory)
  fs.writeFileSync(path.join(directory, 'topics.json'), JSON.stringify(TOPICS))
  fs.writeFileSync(path.join(directory, 'groups.json'), JSON.stringify(GROUPS))
  return Servers.startOne(directory, launchers.namesrv, launchers.broker)
}

async function outputsOf(
  context: SuiteContext,
  targets: readonly ToolServer[],
): Promise<ToolOutput[]> {
  const jars = await fetchApache(context.compatDirectory)
  const source = path.join(context.compatDirectory, 'mqadmin', 'MqAdmin.java')
  const lines = COMMANDS.map(({ line }) =>
    line === CLIENTS || / -n /.test(line) ? line : `${line} -n {namesrv}`,
  )
  return runTool(source, jars, context.directory, lines, targets)
}

function report(
  context: SuiteContext,
  targets: readonly ToolServer[],
  outputs: readonly ToolOutput[],
): void {
  const linesOf = (name: string, index: number, leftOut?: RegExp): string[] | undefined => {
    const output = outputs.find(({ server, line }) => server === name && line === index)
    const target = targets.find((each) => each.name === name)
    if (output === undefined || target === undefined) return undefined
    return comparableLines(output.output, target).filter((line) => leftOut?.test(line) !== true)
  }
  for (const [index, { line, differs, leftOut }] of COMMANDS.entries()) {
    const ours = linesOf('ours', index, leftOut?.lines)
    const apaches = linesOf('apache', index, leftOut?.lines)
    const ms = outputs.find((output) => output.server === 'ours' && output.line === index)?.ms ?? 0
    if (ours === undefined || apaches === undefined) {
      context.report.fail(SUITE, line, 'it has printed nothing')
      continue
    }
    const found = differs === undefined ? difference(ours, apaches) : ''
    if (found === '') context.report.passed(SUITE, line, ms)
    else context.report.fail(SUITE, line, found)
  }
}
