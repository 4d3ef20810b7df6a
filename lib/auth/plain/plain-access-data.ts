import type { parse, stringify } from 'yaml'
import { toError } from '../../common/errors.ts'
import { checkYamlNesting } from '../../common/yaml-nesting.ts'
import { AclError } from './acl-error.ts'

/** An account as a file has it, and as an administrator sets it. Apache: common.PlainAccessConfig */
export interface PlainAccessConfig {
  readonly accessKey: string
  readonly secretKey: string | undefined
  readonly whiteRemoteAddress: string | undefined
  readonly admin: boolean
  readonly defaultTopicPerm: string | undefined
  readonly defaultGroupPerm: string | undefined
  /** `topicA=SUB`; undefined: not told. */
  readonly topicPerms: readonly string[] | undefined
  readonly groupPerms: readonly string[] | undefined
}

export interface PlainDataVersion {
  readonly counter: number
  /** Milliseconds. */
  readonly timestamp: number
}

/** What a file of accounts holds. Apache: acl.plain.PlainAccessData */
export interface PlainAccessData {
  readonly globalWhiteRemoteAddresses: readonly string[]
  readonly accounts: readonly PlainAccessConfig[]
  /** undefined: the file was never changed by a tool. */
  readonly dataVersion: PlainDataVersion | undefined
}

/** What is taken of the package yaml, which is loaded only where there are accounts: it takes 9 MB. */
export interface Yaml {
  readonly parse: typeof parse
  readonly stringify: typeof stringify
}

/** @throws AclError when the text is not YAML, or not of this shape */
export function parsePlainAccessData(yaml: Yaml, text: string): PlainAccessData {
  const data = asObject(parseYaml(yaml, text) ?? {}, 'the file')
  const [version] = asList(data['dataVersion'], 'dataVersion')
  return {
    globalWhiteRemoteAddresses: texts(data, 'globalWhiteRemoteAddresses') ?? [],
    accounts: asList(data['accounts'], 'accounts').map((account) => toAccount(account)),
    dataVersion: version === undefined ? undefined : toVersion(asObject(version, 'dataVersion')),
  }
}

/** The reverse of parsePlainAccessData; comments of the file before are lost, as with Apache. */
export function formatPlainAccessData(yaml: Yaml, data: PlainAccessData): string {
  const { globalWhiteRemoteAddresses, accounts, dataVersion } = data
  return yaml.stringify({
    globalWhiteRemoteAddresses,
    accounts,
    ...(dataVersion && { dataVersion: [dataVersion] }),
  })
}

function parseYaml(yaml: Yaml, text: string): unknown {
  try {
    // As texts: a key of digits must not lose its leading zeros, nor what a number cannot hold.
    checkYamlNesting(text)
    return yaml.parse(text, { schema: 'failsafe', logLevel: 'error' })
  } catch (error) {
    throw new AclError(`the file is not YAML${whereIs(toError(error))}`)
  }
}

/** What the parser says of a problem may quote the file, and with it a secret. */
function whereIs(error: Error & { code?: string; linePos?: [{ line: number; col: number }] }) {
  const { code, linePos: [place] = [] } = error
  return place === undefined ? '' : `: ${code} at line ${place.line}, column ${place.col}`
}

function toAccount(value: unknown): PlainAccessConfig {
  const account = asObject(value, 'an account')
  return {
    accessKey: text(account, 'accessKey') ?? '',
    secretKey: text(account, 'secretKey'),
    whiteRemoteAddress: text(account, 'whiteRemoteAddress'),
    admin: TRUE.test(text(account, 'admin') ?? ''),
    defaultTopicPerm: text(account, 'defaultTopicPerm'),
    defaultGroupPerm: text(account, 'defaultGroupPerm'),
    topicPerms: texts(account, 'topicPerms'),
    groupPerms: texts(account, 'groupPerms'),
  }
}

function toVersion(version: YamlObject): PlainDataVersion {
  const number = (name: string) => Number(text(version, name)) || 0
  return { counter: number('counter'), timestamp: number('timestamp') }
}

/** As YAML 1.1 writes it, which Apache reads. */
const TRUE = /^(true|yes|on)$/i
const NULLS: readonly unknown[] = [undefined, null, '', '~', 'null']

type YamlObject = Readonly<Record<string, unknown>>

function asObject(value: unknown, what: string): YamlObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as YamlObject
  }
  throw new AclError(`${what} is not a map`)
}

function asList(value: unknown, what: string): readonly unknown[] {
  if (NULLS.includes(value)) return []
  if (Array.isArray(value)) return value
  throw new AclError(`${what} is not a list`)
}

function text(object: YamlObject, name: string): string | undefined {
  const value = object[name]
  if (NULLS.includes(value)) return undefined
  if (typeof value === 'string') return value
  throw new AclError(`${name} is not a text`)
}

function texts(object: YamlObject, name: string): string[] | undefined {
  const value = object[name]
  if (NULLS.includes(value)) return undefined
  return asList(value, name).map((item) => text({ [name]: item }, name) ?? '')
}
