import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { ADMIN_COMMANDS } from '../../../../lib/admin/commands/index.ts'

const ROW = /^\| ((?:\w+, )*\w+) \| (.+?) \|/gm

/** Command to its state, out of the table in docs/mqadmin.md. */
function documented(): Map<string, string> {
  const states = new Map<string, string>()
  for (const [, names = '', state = ''] of readFileSync('docs/mqadmin.md', 'utf8').matchAll(ROW)) {
    if (names !== 'Command') for (const name of names.split(', ')) states.set(name, state)
  }
  return states
}

describe('the commands of mqadmin', () => {
  it('have names of their own', () => {
    const names = ADMIN_COMMANDS.map(({ name }) => name.toLowerCase())
    expect(new Set(names).size).to.equal(names.length)
  })

  it("are documented, among all 96 of Apache's", () => {
    const states = documented()
    expect(states.size).to.equal(96)
    expect([...states.keys()]).to.include.members(ADMIN_COMMANDS.map(({ name }) => name))
  })

  it('are documented as refused where they are', () => {
    const states = documented()
    for (const { name, takesAnything = false } of ADMIN_COMMANDS) {
      const isRefused = states.get(name)?.startsWith('refused') === true
      expect(isRefused, name).to.equal(takesAnything)
    }
  })

  it('have short options of their own', () => {
    for (const { name, options } of ADMIN_COMMANDS) {
      const shorts = Object.values(options).flatMap(({ short }) => short ?? [])
      expect(new Set(shorts).size, name).to.equal(shorts.length)
    }
  })
})
