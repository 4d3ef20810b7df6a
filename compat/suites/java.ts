import fs from 'node:fs'
import path from 'node:path'
import { runClientProgram } from '../harness/client-program.ts'
import { STANDALONE_BROKER_NAME } from '../harness/ours.ts'
import { type Command, runOrFail } from '../harness/process.ts'
import { Servers, withSettings } from '../harness/servers.ts'
import type { Suite, SuiteContext } from '../harness/suite.ts'

export const NEWEST = '5.5.0'
const BUILD_LIMIT_MS = 8 * 60_000

/** Which cases a suite runs; compat/java's CaseSet. */
type CaseSet =
  | 'smoke'
  | 'auth'
  | 'plain_acl'
  | 'core'
  | 'full'
  | 'disk'
  | 'transaction'
  | 'timer'
  | 'proxy'
  | 'pop'
  | 'delay'
  | 'acting'
  | 'lite'
  | 'ha'

/** One version of the official Java client against two name servers and a broker, each a process of its own. */
export function javaSuite(version: string, set: CaseSet): Suite {
  return {
    name: `java-${version}`,
    tools: ['java', 'mvn'],
    targets: ['ours', 'apache'],
    async run(context) {
      const command = await javaClient(context, version, set)
      const { namesrv, broker } = context.launchers
      const servers = await Servers.startPair(context.directory, namesrv, broker)
      await runClientProgram(this.name, context, servers, command)
    },
  }
}

/** Cases of the newest Java client on a broker with other settings than the usual ones; a suite of their name. */
export function newestJavaSuite(
  set: CaseSet,
  settings: Readonly<Record<string, string | number>>,
  start: 'startOne' | 'startPair' = 'startPair',
): Suite {
  return {
    name: set,
    tools: ['java', 'mvn'],
    targets: ['ours', 'apache'],
    async run(context) {
      const command = await javaClient(context, NEWEST, set)
      const { namesrv, broker } = context.launchers
      const launch = withSettings(broker, settings)
      const servers = await Servers[start](context.directory, namesrv, launch)
      await runClientProgram(set, context, servers, command)
    },
  }
}

/** The newest Java client against both servers in one process. */
export const standaloneSuite: Suite = {
  name: 'standalone',
  tools: ['java', 'mvn'],
  targets: ['ours'],
  async run(context) {
    const command = await javaClient(context, NEWEST, 'core')
    const { standalone, broker } = context.launchers
    if (standalone === undefined) throw new Error('the target has no standalone server')
    const directory = context.directory
    const servers = await Servers.startStandalone(
      directory,
      standalone,
      broker,
      STANDALONE_BROKER_NAME,
    )
    await runClientProgram('standalone', context, servers, command)
  },
}

/** Builds the client program for one version, unless that is done, and gives the command that runs it. */
export async function javaClient(
  context: SuiteContext,
  version: string,
  set: CaseSet,
): Promise<Command> {
  const classpath = await context.preparations.once(`java-${version}`, () =>
    buildJavaClient(path.join(context.compatDirectory, 'java'), version),
  )
  const home = path.join(context.directory, 'home')
  return {
    program: 'java',
    args: [
      '-Xmx512m',
      // Logs and the offsets of broadcasting consumers go here.
      `-Duser.home=${home}`,
      `-Drocketmq.client.localOffsetStoreDir=${home}/offsets`,
      ...['-cp', classpath, 'compat.Main', '--set', set],
    ],
  }
}

async function buildJavaClient(project: string, version: string): Promise<string> {
  const target = path.join(project, 'target', version)
  const classpathFile = path.join(target, 'classpath')
  if (!isFresh(classpathFile, project)) {
    const output = `-Dmdep.outputFile=${classpathFile}`
    const goals = ['compile', 'dependency:build-classpath', output]
    const args = ['-q', '-B', '-f', path.join(project, 'pom.xml'), `-Drocketmq.version=${version}`]
    await runOrFail({ program: 'mvn', args: [...args, ...goals] }, BUILD_LIMIT_MS)
  }
  const libraries = fs.readFileSync(classpathFile, 'utf8').trim()
  return [path.join(target, 'classes'), libraries].join(path.delimiter)
}

/** Whether `product` is newer than every file of the project's sources. */
function isFresh(product: string, project: string): boolean {
  if (!fs.existsSync(product)) return false
  const builtMs = fs.statSync(product).mtimeMs
  const sources = fs.readdirSync(path.join(project, 'src'), { recursive: true, encoding: 'utf8' })
  const files = sources.map((name) => path.join(project, 'src', name))
  return [path.join(project, 'pom.xml'), ...files].every(
    (file) => fs.statSync(file).mtimeMs < builtMs,
  )
}
