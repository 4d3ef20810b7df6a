import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { brokerConf } from './broker-conf.ts'
import { type Command, runOrFail } from './process.ts'
import type { BrokerLauncher, NamesrvLauncher } from './servers.ts'

export const APACHE_VERSION = '5.3.3'

/** What RocketMQ needs on Java 17, as its own start scripts have it. */
const MODULE_OPTIONS = [
  '--add-opens=java.base/sun.nio.ch=ALL-UNNAMED',
  '--add-opens=java.base/java.nio=ALL-UNNAMED',
  '--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED',
]

/** Apache's servers with all their dependencies. */
export function fetchApache(compatDirectory: string, version?: string): Promise<string> {
  return fetchJars(compatDirectory, 'apache', version)
}

/** The jars that the pom in `project` names, fetched by Maven once and kept in the user's cache directory. */
export async function fetchJars(
  compatDirectory: string,
  project: string,
  version = APACHE_VERSION,
): Promise<string> {
  const cache = process.env['XDG_CACHE_HOME'] ?? path.join(os.homedir(), '.cache')
  const jars = path.join(cache, 'rocketmq-server', `${project}-${version}`)
  if (fs.existsSync(jars)) return jars
  const partial = `${jars}.${process.pid}`
  const pom = path.join(compatDirectory, project, 'pom.xml')
  const goals = ['dependency:copy-dependencies', `-DoutputDirectory=${partial}`]
  const args = ['-q', '-B', '-f', pom, `-Drocketmq.version=${version}`, ...goals]
  await runOrFail({ program: 'mvn', args }, 10 * 60_000)
  fs.renameSync(partial, jars)
  return jars
}

export function apacheNamesrv(jars: string): NamesrvLauncher {
  return ({ directory, port, settings = {} }) => {
    const file = path.join(directory, 'namesrv.conf')
    const lines = [
      `listenPort=${port}`,
      `kvConfigPath=${directory}/kvConfig.json`,
      `configStorePath=${directory}/namesrv.properties`,
      ...Object.entries(settings).map(([key, value]) => `${key}=${value}`),
      '',
    ]
    fs.writeFileSync(file, lines.join('\n'))
    return apacheServer(jars, directory, 'org.apache.rocketmq.namesrv.NamesrvStartup', ['-c', file])
  }
}

export function apacheBroker(jars: string): BrokerLauncher {
  return (spec) => {
    const file = path.join(spec.directory, 'broker.conf')
    fs.writeFileSync(file, brokerConf(spec))
    return apacheServer(jars, spec.directory, 'org.apache.rocketmq.broker.BrokerStartup', [
      '-c',
      file,
    ])
  }
}

/** `user.home` is where the servers put their logs: with the data. */
export function apacheServer(
  jars: string,
  directory: string,
  mainClass: string,
  flags: readonly string[],
): Command {
  const options = ['-Xms128m', '-Xmx512m', `-Duser.home=${directory}`, ...MODULE_OPTIONS]
  return {
    program: 'java',
    args: [...options, '-cp', `${jars}/*`, mainClass, ...flags],
    environment: { ROCKETMQ_HOME: directory },
    directory,
  }
}
