import fs from 'node:fs'
import { expect } from 'chai'
import { declaredHeaders, schemaOf } from '../../../helpers/declared-headers.ts'
import { readSchemaFixture, readSchemaFolder } from '../../../helpers/header-schema.ts'

const headers = await declaredHeaders()
const current = readSchemaFixture('apache-5.3.3-headers.json')
/** What has changed since. */
const newest = readSchemaFixture('apache-5.5.0-headers.json')
const old = readSchemaFixture('apache-4.9-headers.json')

/** Fields of 5.3.3 that we leave out. */
const LEFT_OUT: Readonly<Record<string, readonly string[]>> = {
  // Inherited beside `n`, which holds the same name and is the one that Apache reads.
  SendMessageRequestHeaderV2: ['bname'],
}

/** Apache's 5.5.0 declares fields as not null here; who asks without them is of an older version, and is answered as such. */
const OPTIONAL_HERE = [
  'GetAllSubscriptionGroupRequestHeader',
  'GetAllSubscriptionGroupResponseHeader',
  'GetAllTopicConfigRequestHeader',
]

/** Fields of 4.9 that 5.3.3 does not read. */
const DROPPED: Readonly<Record<string, readonly string[]>> = {
  // Named `cleanOffset` since; a 4.9 tool that asks for it gets the group deleted and its offsets kept, as from Apache.
  DeleteSubscriptionGroupRequestHeader: ['removeOffset'],
}

/** Where Apache's schema files stand in the project's own checks; a clone does not have them. */
const SCHEMA_FOLDER = '../shared/protocol/schema'

describe('declared headers', () => {
  for (const [name, codec] of headers) {
    // Of 4.9 only: 5.x has nothing to compare with.
    if (current[name] !== undefined || newest[name] !== undefined || old[name] === undefined) {
      it(`${name} has the fields of the class in 5.3.3, or in 5.5.0`, () => {
        const fields = { ...current[name] }
        for (const field of LEFT_OUT[name] ?? []) {
          expect(fields, 'a difference that is none').to.have.property(field)
          delete fields[field]
        }
        const since = Object.entries(newest[name] ?? {}).map(([field, kind]) => [
          field,
          OPTIONAL_HERE.includes(name) ? kind.replace('!', '') : kind,
        ])
        expect(schemaOf(codec)).to.be.deep.oneOf([fields, Object.fromEntries(since)])
      })
    }

    if (old[name] !== undefined) {
      it(`${name} reads what a 4.9 client sends`, () => {
        const declared = schemaOf(codec)
        const dropped = DROPPED[name] ?? []
        for (const [field, kind] of Object.entries(old[name] ?? {})) {
          expect(declared[field]?.replace('!', ''), field).to.equal(
            dropped.includes(field) ? undefined : kind,
          )
        }
        const newlyRequired = Object.keys(declared).filter(
          (field) => declared[field]?.endsWith('!') && old[name]?.[field] === undefined,
        )
        expect(newlyRequired).to.deep.equal([])
      })
    }
  }

  if (fs.existsSync(SCHEMA_FOLDER)) {
    it('are compared with what the schema files of 4.9 say', () => {
      expect(old).to.deep.equal(readSchemaFolder(SCHEMA_FOLDER))
    })
  }
})
