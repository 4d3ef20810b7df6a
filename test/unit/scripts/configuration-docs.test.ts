import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { renderConfigurationDocs } from '../../../scripts/configuration-docs.ts'

describe('docs/configuration.md', () => {
  it('is what `node build/scripts/write-configuration-docs.js` writes', () => {
    expect(readFileSync('docs/configuration.md', 'utf8')).to.equal(renderConfigurationDocs())
  })
})
