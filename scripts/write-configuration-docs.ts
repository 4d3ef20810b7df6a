import { writeFileSync } from 'node:fs'
import { renderConfigurationDocs } from './configuration-docs.ts'

writeFileSync('docs/configuration.md', renderConfigurationDocs())
