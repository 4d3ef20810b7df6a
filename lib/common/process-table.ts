import type { ProcessTable } from './directory-lock.ts'
import { errorCode } from './errors.ts'
import type { FileSystem } from './file-system.ts'

/** The processes of this machine. On Linux a process is identified by when it was started. */
export function runningProcesses(fileSystem: FileSystem): ProcessTable {
  return {
    ownPid: process.pid,
    identify: (pid) => {
      const stat = `/proc/${pid}/stat`
      if (fileSystem.exists(stat)) return startTime(fileSystem.readFile(stat).toString('latin1'))
      return isRunning(pid) ? '' : undefined
    },
    lockOwner: (path) => findLock(fileSystem, path),
  }
}

/** The 22nd field of /proc/PID/stat; the second one, the name in parentheses, may contain blanks. */
function startTime(stat: string): string {
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return errorCode(error) === 'EPERM'
  }
}

/** Linux lists locks in /proc/locks: `1: POSIX  ADVISORY  WRITE 4711 fe:00:1234 0 0`, the sixth word the file. */
function findLock(fileSystem: FileSystem, path: string): number | undefined {
  const stat = fileSystem.stat(path)
  if (stat === undefined || !fileSystem.exists('/proc/locks')) return undefined
  const file = `${hex(major(stat.device))}:${hex(minor(stat.device))}:${stat.inode}`
  for (const line of fileSystem.readFile('/proc/locks').toString('latin1').split('\n')) {
    const [, kind, , mode, pid, where] = line.trim().split(/\s+/)
    if (kind === 'POSIX' && mode === 'WRITE' && where === file) return Number(pid)
  }
  return undefined
}

function major(device: number): number {
  return (device >>> 8) & 0xfff
}

function minor(device: number): number {
  return (device & 0xff) | ((device >>> 12) & 0xfff00)
}

function hex(number: number): string {
  return number.toString(16).padStart(2, '0')
}
