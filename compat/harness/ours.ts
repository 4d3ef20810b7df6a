import fs from 'node:fs'
import path from 'node:path'
import { brokerConf } from './broker-conf.ts'
import { runOrFail } from './process.ts'
import type { BrokerLauncher, NamesrvLauncher, StandaloneLauncher } from './servers.ts'

/** The name under which `rocketmq-server start` registers its broker. */
export const STANDALONE_BROKER_NAME = 'broker-a'

/** Our servers, run from the built package as a user runs them. `dist` is its directory. */
export function ourNamesrv(dist: string): NamesrvLauncher {
  return ({ directory, port, settings = {} }) => {
    const file = path.join(directory, 'namesrv.conf')
    const lines = [
      'bindAddress=127.0.0.1',
      `listenPort=${port}`,
      `kvConfigPath=${directory}/kvConfig.json`,
      `configStorePath=${directory}/namesrv.properties`,
      ...Object.entries(settings).map(([key, value]) => `${key}=${value}`),
      '',
    ]
    fs.writeFileSync(file, lines.join('\n'))
    return {
      program: process.execPath,
      args: [path.join(dist, 'bin', 'mqnamesrv.js'), '-c', file],
      environment: { ROCKETMQ_HOME: directory },
      directory,
    }
  }
}

export function ourBroker(dist: string): BrokerLauncher {
  return (spec) => {
    const file = path.join(spec.directory, 'broker.conf')
    fs.writeFileSync(file, brokerConf(spec))
    const namesrv = spec.namesrvAddresses.join(';')
    return {
      program: process.execPath,
      args: [path.join(dist, 'bin', 'mqbroker.js'), '-c', file, '-n', namesrv],
      environment: { ROCKETMQ_HOME: spec.directory },
      directory: spec.directory,
    }
  }
}

export function ourStandalone(dist: string): StandaloneLauncher {
  return ({ directory, port, namesrvPort }) => {
    const flags = ['--namesrv-port', String(namesrvPort), '--port', String(port)]
    return {
      program: process.execPath,
      args: [path.join(dist, 'bin', 'rocketmq-server.js'), 'start', ...flags, '--store', directory],
      directory,
    }
  }
}

/** Fails with what `rocketmq-server store verify` says of the store in a broker's directory, unless there is no damage. */
export async function verifyStore(dist: string, brokerDirectory: string): Promise<void> {
  const program = path.join(dist, 'bin', 'rocketmq-server.js')
  const store = path.join(brokerDirectory, 'store')
  const args = [program, 'store', 'verify', store, '-c', path.join(brokerDirectory, 'broker.conf')]
  await runOrFail({ program: process.execPath, args }, 60_000)
}
