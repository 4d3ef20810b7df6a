// Bundles the programs into dist/bin, each file with what it loads first; what is loaded later stands in chunks beside them.
// Loading some 640 modules one by one is more than half of what a start costs.
import fs from 'node:fs'
import path from 'node:path'
import { build } from 'esbuild'

const root = path.resolve(import.meta.dirname, '..')
const outdir = path.join(root, 'dist', 'bin')

fs.rmSync(outdir, { recursive: true, force: true })
await build({
  entryPoints: [path.join(root, 'bin', '*.ts')],
  outdir,
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  packages: 'external',
  logLevel: 'warning',
})
