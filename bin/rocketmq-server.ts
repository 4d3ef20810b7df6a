#!/usr/bin/env node
import { rocketmqServer } from '../lib/cli/rocketmq-server.ts'
import { runCommand } from '../lib/cli/run-command.ts'

await runCommand('rocketmq-server', rocketmqServer)
