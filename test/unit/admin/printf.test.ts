import { expect } from 'chai'
import { printf } from '../../../lib/admin/printf.ts'

describe('printf', () => {
  it('fills to the left and to the right', () => {
    expect(printf('%-5s|%5s|%s', 'ab', 'cd', 'ef')).to.equal('ab   |   cd|ef')
    expect(printf('%-4d|%4d', 1, -2)).to.equal('1   |  -2')
  })

  it('rounds', () => {
    expect(printf('%9.2f|%.0f|%f', 1.005, 2.5, 1)).to.equal('     1.00|3|1.000000')
  })

  it('says null for what is not there, as Java does', () => {
    expect(printf('%s %-6s|', undefined, null)).to.equal('null null  |')
  })

  it('needs a value for each conversion', () => {
    expect(printf('100%%')).to.equal('100%')
    expect(() => printf('%s %s', 'a')).to.throw('a value is missing')
  })
})
