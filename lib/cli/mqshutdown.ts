import { execFileSync } from 'node:child_process'
import { NodeFileSystem } from '../common/file-system.ts'
import { thisMachine } from '../config/machine.ts'
import type { ServerName } from './pid-file.ts'
import { findPids, pidDirectory } from './pid-file.ts'
import type { CommandContext } from './run-command.ts'

const SERVERS: Readonly<Record<string, ServerName>> = {
  broker: 'mqbroker',
  namesrv: 'mqnamesrv',
  standalone: 'rocketmq-server',
}

const USAGE = `Usage: mqshutdown ${Object.keys(SERVERS).join(' | ')}`

/** Stops the servers of a kind on this machine, gracefully. Source: distribution/bin/mqshutdown */
export async function mqshutdown({ args, environment, terminal }: CommandContext): Promise<number> {
  const [kind = ''] = args
  const server = Object.hasOwn(SERVERS, kind) ? SERVERS[kind] : undefined
  if (server === undefined) {
    terminal.out(USAGE)
    return kind === '-h' || kind === '--help' ? 0 : 1
  }
  const directory = pidDirectory(thisMachine(environment))
  const pids = findPids(new NodeFileSystem(), directory, server).filter((pid) => isServer(pid))
  if (pids.length === 0) {
    terminal.out(`No ${server} running.`)
    return 1
  }
  for (const pid of pids) {
    terminal.out(`The ${server}(${pid}) is running...`)
    process.kill(pid, 'SIGTERM')
    terminal.out(`Send shutdown request to ${server}(${pid}) OK`)
  }
  return 0
}

/** False when the process has gone and its id, perhaps, been given to another program. */
function isServer(pid: number): boolean {
  try {
    process.kill(pid, 0)
    if (process.platform === 'win32') return true
    const command = execFileSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' })
    return /mqbroker|mqnamesrv|rocketmq-server/.test(command)
  } catch {
    return false
  }
}
