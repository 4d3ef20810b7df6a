import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

/** A fresh directory for one test; call `remove` in `afterEach`. */
export function makeTempDirectory(): { path: string; remove: () => void } {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'rocketmq-server-'))
  return { path: directory, remove: () => fs.rmSync(directory, { recursive: true, force: true }) }
}
