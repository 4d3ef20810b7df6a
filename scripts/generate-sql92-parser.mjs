// Makes lib/broker/filter/sql92/parser.generated.ts out of sql92.peggy; with --check it only says whether that is needed.
import fs from 'node:fs'
import process from 'node:process'
import peggy from 'peggy'

const folder = new URL('../lib/broker/filter/sql92/', import.meta.url)
const target = new URL('parser.generated.ts', folder)
const source = peggy.generate(fs.readFileSync(new URL('sql92.peggy', folder), 'utf8'), {
  output: 'source',
  format: 'es',
})
const text = `// @ts-nocheck: generated JavaScript; sql92.ts gives it its type.\n${source}`

if (!process.argv.includes('--check')) {
  fs.writeFileSync(target, text)
} else if (fs.readFileSync(target, 'utf8') !== text) {
  process.stderr.write('parser.generated.ts is not what sql92.peggy says: npm run generate\n')
  process.exitCode = 1
}
