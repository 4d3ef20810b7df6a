#!/usr/bin/env node
import { mqbroker } from '../lib/cli/mqbroker.ts'
import { runCommand } from '../lib/cli/run-command.ts'

await runCommand('mqbroker', mqbroker)
