import fs from 'node:fs'
import path from 'node:path'
import { APACHE_VERSION, fetchApache, fetchJars } from '../harness/apache.ts'
import type { BrokerLauncher, NamesrvLauncher } from '../harness/servers.ts'
import { Servers, withSettings } from '../harness/servers.ts'
import type { Suite, SuiteContext } from '../harness/suite.ts'
import { SIGNED } from '../mqadmin/access.ts'
import type { Command } from '../mqadmin/command.ts'
import { COMMANDS } from '../mqadmin/commands.ts'
import { OurTool } from '../mqadmin/our-tool.ts'
import { comparableLines, difference } from '../mqadmin/output.ts'
import { runTool, type ToolOutput, type ToolServer } from '../mqadmin/tool.ts'
import { AUTH_SETTINGS, METADATA_PROVIDERS } from './auth.ts'
import { NEWEST } from './java.ts'

const WITHOUT_NAMESRV = /^@[ac]| -n /
/** What Apache's broker 5.3.3 says of static topics, its tool of 5.5.0 cannot read. */
const UNREADABLE = /^JSONException not support unquoted name/
const TOPICS = [{ topicName: 'L1', readQueueNums: 2, writeQueueNums: 2, perm: 6 }]
const GROUPS = [{ groupName: 'L1', consumeEnable: true, retryQueueNums: 1, retryMaxTimes: 3 }]

/** What one suite runs, and on what. */
interface Plan {
  readonly name: string
  readonly commands: readonly Command[]
  /** Settings of the brokers. */
  readonly settings: Readonly<Record<string, string>>
  /** Where the jars of Apache's tool are. */
  readonly fetch: (compatDirectory: string) => Promise<string>
}

const USUAL = { commands: COMMANDS, settings: METADATA_PROVIDERS }

export const mqadminSuites: readonly Suite[] = [
  mqadminSuite({ ...USUAL, name: `mqadmin-${APACHE_VERSION}`, fetch: fetchApache }),
  {
    ...mqadminSuite({
      ...USUAL,
      name: `mqadmin-${NEWEST}`,
      fetch: (directory) => fetchJars(directory, 'mqadmin', NEWEST),
    }),
    onRequest: true,
  },
  {
    ...mqadminSuite({
      name: 'mqadmin-auth',
      commands: SIGNED,
      settings: AUTH_SETTINGS,
      fetch: fetchApache,
    }),
    onRequest: true,
  },
]

/** Apache's command line tool against our servers and against Apache's, and ours: what they print is the same. */
function mqadminSuite({ name: suite, commands, settings, fetch }: Plan): Suite {
  return {
    name: suite,
    tools: ['java', 'mvn'],
    targets: ['ours'],
    async run(context) {
      const jars = await fetch(context.compatDirectory)
      const kinds = { ours: context.launchers, apache: await context.launchers.apache() }
      const started: Servers[] = []
      const targets: ToolServer[] = []
      try {
        for (const [name, launchers] of Object.entries(kinds)) {
          const directory = path.join(context.directory, name)
          const servers = await startServers(directory, launchers, settings)
          started.push(servers)
          const [namesrv, broker] = [servers.namesrvAddress, servers.address('broker')]
          targets.push({ name, namesrv, broker, directory })
        }
        const ourTool = new OurTool(commands, targets, context.directory)
        const outputs = await outputsOf(jars, context, commands, targets, ourTool)
        report(suite, context, commands, targets, outputs)
        ourTool.report(suite, context.report)
      } finally {
        for (const servers of started) await servers.stopAll()
      }
    },
  }
}

async function startServers(
  directory: string,
  launchers: { readonly namesrv: NamesrvLauncher; readonly broker: BrokerLauncher },
  settings: Plan['settings'],
): Promise<Servers> {
  fs.mkdirSync(directory)
  fs.writeFileSync(path.join(directory, 'topics.json'), JSON.stringify(TOPICS))
  fs.writeFileSync(path.join(directory, 'groups.json'), JSON.stringify(GROUPS))
  return Servers.startOne(directory, launchers.namesrv, withSettings(launchers.broker, settings))
}

function outputsOf(
  jars: string,
  { compatDirectory, directory }: SuiteContext,
  commands: readonly Command[],
  targets: readonly ToolServer[],
  ourTool: OurTool,
): Promise<ToolOutput[]> {
  const sources = path.join(compatDirectory, 'mqadmin')
  const lines = commands.map(({ line }) =>
    WITHOUT_NAMESRV.test(line) ? line : `${line} -n {namesrv}`,
  )
  return runTool(sources, jars, directory, lines, targets, (output) => ourTool.repeat(output))
}

function report(
  suite: string,
  context: SuiteContext,
  commands: readonly Command[],
  targets: readonly ToolServer[],
  outputs: readonly ToolOutput[],
): void {
  const outputOf = (name: string, index: number): ToolOutput | undefined =>
    outputs.find(({ server, line }) => server === name && line === index)
  const linesOf = (name: string, index: number, leftOut?: RegExp): string[] | undefined => {
    const output = outputOf(name, index)
    const target = targets.find((each) => each.name === name)
    if (output === undefined || target === undefined) return undefined
    return comparableLines(output.output, target).filter((line) => leftOut?.test(line) !== true)
  }
  for (const [index, { line, differs, leftOut }] of commands.entries()) {
    const ours = linesOf('ours', index, leftOut?.lines)
    const apaches = linesOf('apache', index, leftOut?.lines)
    if (ours === undefined || apaches === undefined) {
      context.report.fail(suite, line, 'it has printed nothing')
      continue
    }
    const isCompared = differs === undefined && !apaches.some((text) => UNREADABLE.test(text))
    const found = isCompared ? difference(ours, apaches) : ''
    if (found === '') context.report.passed(suite, line, outputOf('ours', index)?.ms ?? 0)
    else context.report.fail(suite, line, found)
  }
}
