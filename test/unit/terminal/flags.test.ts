import { expect } from 'chai'
import { describeFlags, parseFlags, UsageError } from '../../../lib/terminal/flags.ts'

const FLAGS = {
  configFile: { short: 'c', value: 'FILE', text: 'settings' },
  printConfigItem: { short: 'p', text: 'print' },
  port: { value: 'PORT', text: 'a port' },
} as const

describe('flags', () => {
  it('are read by long and by short name', () => {
    expect(parseFlags(FLAGS, ['-c', 'a.conf', '--port', '1', '-p'])).to.deep.include({
      configFile: 'a.conf',
      port: '1',
      printConfigItem: true,
    })
    expect(parseFlags(FLAGS, ['--configFile=b.conf'])).to.deep.include({ configFile: 'b.conf' })
  })

  for (const args of [['--nothing'], ['-x'], ['-c'], ['word'], ['-p', 'word']]) {
    it(`refuse ${args.join(' ')} in one line`, () => {
      expect(() => parseFlags(FLAGS, args)).to.throw(UsageError, /^[^\n]+$/)
    })
  }

  it('are described one by line', () => {
    expect(describeFlags(FLAGS)).to.equal(
      [
        '  -c, --configFile FILE  settings',
        '  -p, --printConfigItem  print',
        '      --port PORT        a port',
      ].join('\n'),
    )
  })
})
