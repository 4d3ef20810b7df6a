import { expect } from 'chai'
import { checkRequired, parseCommandLine } from '../../../lib/admin/command-line.ts'
import { choice, integer, required, text, toggle, truth } from '../../../lib/admin/option.ts'
import { UsageError } from '../../../lib/terminal/flags.ts'

const OPTIONS = {
  topic: required(text('t', 'TOPIC', 'topic')),
  timestamp: integer('s', 'MS', 'time', -1),
  totalQueueNum: integer('qn', 'NUMBER', 'queues', 1, 9),
  mode: choice('m', ['PULL', 'POP'], 'mode'),
  order: truth('o', 'order'),
  list: toggle('l', 'list'),
}

describe('command lines of mqadmin', () => {
  const forms = [
    ['-t', 'T'],
    ['-tT'],
    ['-t=T'],
    ['-topic', 'T'],
    ['--topic', 'T'],
    ['--topic=T'],
    ['-t', ' T '],
  ]
  for (const args of forms) {
    it(`know an option as ${JSON.stringify(args)}`, () => {
      expect(parseCommandLine(OPTIONS, args)).to.deep.equal({ topic: 'T' })
    })
  }

  it('have values of each kind', () => {
    const args = ['-qn', '4', '-s', '-1', '-m', 'pop', '-o', 'True', '-l']
    expect(parseCommandLine(OPTIONS, args)).to.deep.equal({
      totalQueueNum: 4,
      timestamp: -1,
      mode: 'POP',
      order: true,
      list: true,
    })
  })

  const wrong = [
    [['-s', 'soon'], '-s (--timestamp) soon: allowed are whole numbers from -1'],
    [['-qn', '10'], '-qn (--totalQueueNum) 10: allowed are whole numbers from 1 to 9'],
    [['-m', 'PUSH'], '-m (--mode) PUSH: allowed are PULL, POP'],
    [['-o', 'yes'], '-o (--order) yes: allowed are true and false'],
    [['-t', ''], '-t (--topic) : it must not be empty'],
    [['-t'], '-t (--topic) needs a value: TOPIC'],
    [['-t', '-l'], '-t (--topic) needs a value: TOPIC'],
    [['--list=x'], '-l (--list) takes no value'],
    [['-x', '1'], 'there is no option -x'],
    [['--topics', 'T'], 'there is no option --topics'],
    [['T'], 'T: a word without an option'],
  ] as const
  for (const [args, problem] of wrong) {
    it(`are refused as ${args.join(' ')}`, () => {
      expect(() => parseCommandLine(OPTIONS, args)).to.throw(UsageError, problem)
    })
  }

  it('need the options that a command needs', () => {
    expect(() => checkRequired(OPTIONS, {})).to.throw(UsageError, '-t (--topic) is missing: topic')
    const problem = 'one of -m (--mode), -l (--list) is missing'
    expect(() => checkRequired(OPTIONS, { topic: 'T' }, ['mode', 'list'])).to.throw(
      UsageError,
      problem,
    )
    expect(() =>
      checkRequired(OPTIONS, { topic: 'T', list: true }, ['mode', 'list']),
    ).not.to.throw()
  })
})
