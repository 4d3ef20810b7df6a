#!/usr/bin/env node
import { mqadmin } from '../lib/cli/mqadmin.ts'
import { runCommand } from '../lib/cli/run-command.ts'

await runCommand('mqadmin', mqadmin)
