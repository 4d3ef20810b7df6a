import { readFileSync } from 'node:fs'
import { expect } from 'chai'

const EXAMPLES = [
  'examples/java/pom.xml',
  'examples/java/src/main/java/Quickstart.java',
  'examples/go/go.mod',
  'examples/go/main.go',
  'examples/embedded/embedded.test.mjs',
]

describe('README.md', () => {
  const readme = readFileSync('README.md', 'utf8')
  for (const example of EXAMPLES) {
    it(`shows ${example} as it is`, () => {
      expect(readme).to.include(`\n${readFileSync(example, 'utf8')}\`\`\`\n`)
    })
  }
})
