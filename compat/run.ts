import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { apacheBroker, apacheNamesrv, fetchApache } from './harness/apache.ts'
import { type Options, USAGE, parseOptions } from './harness/options.ts'
import { ourBroker, ourNamesrv, ourStandalone } from './harness/ours.ts'
import { isInstalled } from './harness/process.ts'
import { Preparations } from './harness/preparations.ts'
import { Report } from './harness/report.ts'
import type { Launchers, Suite, Target, Tool } from './harness/suite.ts'
import { SUITES } from './suites/index.ts'

/** This file runs as `build/compat/run.js`. */
const ROOT = path.resolve(import.meta.dirname, '../..')
const COMPAT = path.join(ROOT, 'compat')
const DIST = path.join(ROOT, 'dist')

const VERSION_FLAGS: Readonly<Record<Tool, string>> = { java: '-version', mvn: '-v', go: 'version' }
const required = process.env['CI'] === 'true' || process.env['COMPAT'] === 'required'

async function main(): Promise<number> {
  let options: Options
  try {
    options = parseOptions(process.argv.slice(2), SUITES)
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n${USAGE}\n`)
    return 2
  }
  const report = new Report()
  const preparations = new Preparations()
  const launchers = await launchersOf(options.target, preparations)
  const workDirectory = fs.mkdtempSync(path.join(os.tmpdir(), 'rocketmq-compat-'))
  const waiting = [...options.suites]
  const runWaiting = async () => {
    for (let suite = waiting.shift(); suite !== undefined; suite = waiting.shift()) {
      const directory = path.join(workDirectory, suite.name)
      report.add(await runSuite(suite, { options, launchers, preparations, directory }))
    }
  }
  await Promise.all(Array.from({ length: options.jobs }, runWaiting))
  const left = fs.readdirSync(workDirectory)
  if (left.length === 0) fs.rmdirSync(workDirectory)
  else report.note(`kept: ${workDirectory}`)
  report.summary()
  return report.failed === 0 ? 0 : 1
}

interface Run {
  readonly options: Options
  readonly launchers: Launchers
  readonly preparations: Preparations
  readonly directory: string
}

async function runSuite(suite: Suite, run: Run): Promise<Report> {
  const { options, launchers, preparations, directory } = run
  const report = new Report()
  const missing = await missingTools(suite)
  if (missing.length > 0) {
    const reason = `not installed: ${missing.join(', ')}`
    if (required) report.fail(suite.name, 'tools', reason)
    else report.skip(suite.name, reason)
    return report
  }
  fs.mkdirSync(directory)
  const startMs = Date.now()
  try {
    const { casePattern, kills } = options
    const compatDirectory = COMPAT
    const context = { report, directory, compatDirectory, launchers, preparations }
    await suite.run({ ...context, casePattern, kills })
  } catch (error) {
    report.fail(suite.name, 'suite', (error as Error).stack ?? String(error))
    report.tails(logsIn(directory))
  }
  report.note(`      ${suite.name}: ${((Date.now() - startMs) / 1000).toFixed(1)} s`)
  const clean = report.failed === 0 && !options.keep
  if (clean) fs.rmSync(directory, { recursive: true, force: true })
  return report
}

async function launchersOf(target: Target, preparations: Preparations): Promise<Launchers> {
  const apache = async (version?: string) => {
    const jars = await preparations.once(`apache-${version}`, () => fetchApache(COMPAT, version))
    return { namesrv: apacheNamesrv(jars), broker: apacheBroker(jars) }
  }
  if (target === 'apache') {
    return { ...(await apache()), standalone: undefined, apache, ofVersion: apache }
  }
  const ours = { namesrv: ourNamesrv(DIST), broker: ourBroker(DIST) }
  const ofVersion = () => Promise.resolve(ours)
  return { ...ours, standalone: ourStandalone(DIST), apache, ofVersion }
}

async function missingTools(suite: Suite): Promise<Tool[]> {
  const missing: Tool[] = []
  for (const tool of suite.tools) {
    if (!(await isInstalled(tool, VERSION_FLAGS[tool]))) missing.push(tool)
  }
  return missing
}

function logsIn(directory: string): string[] {
  return fs
    .readdirSync(directory)
    .filter((name) => name.endsWith('.log'))
    .map((name) => path.join(directory, name))
}

process.exitCode = await main()
