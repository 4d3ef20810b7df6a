import { join } from 'node:path'
import type { Yaml } from '../auth/plain/plain-access-data.ts'
import type { SessionCredentials } from '../auth/session-credentials.ts'
import type { FileSystem } from '../common/file-system.ts'
import { checkYamlNesting } from '../common/yaml-nesting.ts'
import { UsageError } from '../terminal/flags.ts'

/** In $ROCKETMQ_HOME. Source: common.MixAll#ACL_CONF_TOOLS_FILE */
const TOOLS_FILE = 'conf/tools.yml'

export interface CredentialFlags {
  readonly accessKey?: string | undefined
  readonly secretKey?: string | undefined
}

/**
 * Who mqadmin is towards servers: by flags, by ROCKETMQ_ACCESS_KEY and ROCKETMQ_SECRET_KEY, or by Apache's tools.yml. undefined:
 * nobody, and requests are not signed.
 * @throws UsageError (rejects) when one half is missing
 */
export async function adminCredentials(
  flags: CredentialFlags,
  environment: Readonly<Record<string, string | undefined>>,
  fileSystem: FileSystem,
): Promise<SessionCredentials | undefined> {
  const places = [
    [flags.accessKey, flags.secretKey, '--accessKey and --secretKey'],
    [
      environment.ROCKETMQ_ACCESS_KEY,
      environment.ROCKETMQ_SECRET_KEY,
      'ROCKETMQ_ACCESS_KEY and ROCKETMQ_SECRET_KEY',
    ],
    await fromToolsFile(environment.ROCKETMQ_HOME, fileSystem),
  ] as const
  for (const [accessKey, secretKey, names] of places) {
    if (accessKey && secretKey) return { accessKey, secretKey }
    if (accessKey || secretKey) throw new UsageError(`${names}: both are needed`)
  }
  return undefined
}

/** A file with `accessKey: NAME` and `secretKey: SECRET`. Apache: acl.common.AclUtils#getAclRPCHook */
async function fromToolsFile(
  home: string | undefined,
  fileSystem: FileSystem,
): Promise<[string | undefined, string | undefined, string]> {
  const path = join(home ?? '', TOOLS_FILE)
  if (!home || !fileSystem.exists(path)) return [undefined, undefined, path]
  const entries = readToolsFile(await import('yaml'), fileSystem, path)
  const valueOf = (key: string): string | undefined => {
    const value = entries[key]
    return typeof value === 'string' ? value : undefined
  }
  return [valueOf('accessKey'), valueOf('secretKey'), path]
}

/** @throws UsageError, without what is in the file */
export function readToolsFile(
  { parse }: Pick<Yaml, 'parse'>,
  fileSystem: FileSystem,
  path: string,
): Record<string, unknown> {
  try {
    // As texts: a key of digits must not lose its leading zeros.
    const text = fileSystem.readFile(path).toString('utf8')
    checkYamlNesting(text)
    const value: unknown = parse(text, { schema: 'failsafe', logLevel: 'error' })
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    throw new UsageError(`${path}: it is not YAML, or cannot be read`)
  }
}
