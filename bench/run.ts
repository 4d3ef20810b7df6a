/**
 * `npm run bench`: runs the microbenchmarks (`bench/*.bench.ts`, or those whose names are given), each in a process of
 * its own so that one does not warm up or fragment the next.
 *
 * `npm run bench -- --beside-apache PATH [options]`: runs the side-by-side harness in PATH (its `run` and
 * `servers/apache.sh`) with our standalone server as the second one; the options are handed on to it.
 */
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '..', '..')
const [first, second, ...rest] = process.argv.slice(2)

if (first === '--beside-apache') {
  process.exitCode = runBesideApache(second, rest)
} else {
  process.exitCode = runMicrobenchmarks(process.argv.slice(2))
}

function runMicrobenchmarks(names: readonly string[]): number {
  const files = fs
    .readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith('.bench.js'))
    .filter((file) => names.length === 0 || names.some((name) => file.startsWith(name)))
  let status = 0
  for (const file of files) {
    process.stdout.write(`\n# ${file.replace('.bench.js', '')}\n`)
    const result = run(process.execPath, ['--expose-gc', path.join(import.meta.dirname, file)], {})
    if (result !== 0) status = result
  }
  return status
}

function runBesideApache(harness: string | undefined, options: readonly string[]): number {
  if (harness === undefined || !fs.existsSync(path.join(harness, 'run'))) {
    process.stderr.write('--beside-apache takes the directory of the side-by-side harness\n')
    return 1
  }
  const start =
    `exec ${process.execPath} ${path.join(root, 'dist/bin/rocketmq-server.js')} start --host 127.0.0.1` +
    ' --store "$DIR/store" --namesrv-port "$NAMESRV_PORT" --port "$BROKER_PORT"'
  const servers = ['apache.sh', 'node.sh'].map((name) => path.join(harness, 'servers', name))
  return run(path.join(harness, 'run'), [...options, ...servers], { NODE_SERVER_CMD: start })
}

function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv): number {
  const result = spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, ...env } })
  return result.status ?? 1
}
