#!/usr/bin/env node
import { mqnamesrv } from '../lib/cli/mqnamesrv.ts'
import { runCommand } from '../lib/cli/run-command.ts'

await runCommand('mqnamesrv', mqnamesrv)
