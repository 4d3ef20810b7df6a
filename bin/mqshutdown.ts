#!/usr/bin/env node
import { mqshutdown } from '../lib/cli/mqshutdown.ts'
import { runCommand } from '../lib/cli/run-command.ts'

await runCommand('mqshutdown', mqshutdown)
