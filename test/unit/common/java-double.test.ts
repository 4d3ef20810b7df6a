import { expect } from 'chai'
import { javaDouble } from '../../../lib/common/java-double.ts'

describe('javaDouble', () => {
  const texts: [number, string][] = [
    [0, '0.0'],
    [2, '2.0'],
    [-1, '-1.0'],
    [0.25, '0.25'],
    [0.001, '0.001'],
    [9999999, '9999999.0'],
    [10_000_000, '1.0E7'],
    [12_345_678.5, '1.23456785E7'],
    [0.0001, '1.0E-4'],
    [0.000123, '1.23E-4'],
    [NaN, 'NaN'],
    [Infinity, 'Infinity'],
  ]
  for (const [value, text] of texts) {
    it(`writes ${value} as ${text}`, () => expect(javaDouble(value)).to.equal(text))
  }
})
