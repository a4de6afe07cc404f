// Reads a configuration file and says everything that is wrong with it at once, each with the path of the key and what is allowed
// there. No value but a file name is repeated in a problem: a secret may have slipped into any line. A file that others can read or
// change is refused.

import { isUtf8 } from 'node:buffer'
import { dirname, resolve } from 'node:path'
import { LineCounter, parseDocument } from 'yaml'
import { type ConfigProblem, explainIssue } from './explain-issue.ts'
import { type Readership, readGuardedFile } from './guarded-file.ts'
import { deliveryFiles, findMissingPackages, withDeliveryFiles } from './delivery-files.ts'
import { type Config, configSchema, LOG_LEVELS } from './schema.ts'

export type ConfigOutcome =
  | { readonly type: 'config'; readonly config: Config }
  | { readonly type: 'invalid'; readonly problems: readonly ConfigProblem[] }

export type Environment = Readonly<Record<string, string | undefined>>

/** Loads a YAML configuration. Relative paths start at the file's directory. `POSTERN_LOG_LEVEL` stands for `log.level`. */
export function loadConfig(path: string, env: Environment = process.env): ConfigOutcome {
  const file = readGuardedFile(path, 'group')
  if (file.type !== 'read') return invalid({ path, message: file.message })
  const document = parseYaml(file.octets)
  if ('message' in document) return invalid({ path, message: document.message })
  const parsed = parseConfig(document.value, dirname(resolve(path)), env)
  if (parsed.type === 'invalid') return parsed
  const problems = [...findFileProblems(parsed.config), ...findMissingPackages(parsed.config.delivery)]
  return problems.length > 0 ? invalid(...problems) : parsed
}

/** Checks a configuration that is already a value, and resolves its paths against `directory`. */
export function parseConfig(value: unknown, directory: string, env: Environment): ConfigOutcome {
  const parsed = configSchema.safeParse(value ?? {})
  const variable = env['POSTERN_LOG_LEVEL'] || undefined
  const level = LOG_LEVELS.find((name) => name === variable)
  const problems = parsed.error?.issues.flatMap(explainIssue) ?? []
  if (level !== variable)
    problems.push({ path: 'POSTERN_LOG_LEVEL', message: `must be one of ${LOG_LEVELS.join(', ')}` })
  if (parsed.data === undefined || problems.length > 0) return invalid(...problems)
  const { dataDirectory, delivery, keys, tls, log, store, tenants, ...rest } = parsed.data
  const config: Config = {
    ...rest,
    log: { level: level ?? log.level },
    dataDirectory: resolve(directory, dataDirectory),
    delivery: withDeliveryFiles(delivery, (file) => resolve(directory, file)),
    store: { ...store, postgres: store.postgres && withPasswordFile(store.postgres, directory) },
    tenants: tenants.map((tenant) => withTenantFiles(tenant, directory)),
    keys: keys.file === undefined ? {} : { file: resolve(directory, keys.file) },
    tls: {
      certificates: tls.certificates.map(({ certificateFile, keyFile }) => ({
        certificateFile: resolve(directory, certificateFile),
        keyFile: resolve(directory, keyFile),
      })),
    },
  }
  return { type: 'config', config }
}

type Tenant = Config['tenants'][number]

function withTenantFiles({ caFile, signIn, ...tenant }: Tenant, directory: string): Tenant {
  const file = signIn?.clientSecretFile
  return {
    ...tenant,
    ...(caFile !== undefined && { caFile: resolve(directory, caFile) }),
    ...(signIn && { signIn: { ...signIn, ...(file !== undefined && { clientSecretFile: resolve(directory, file) }) } }),
  }
}

type Postgres = NonNullable<Config['store']['postgres']>

function withPasswordFile({ passwordFile, ...settings }: Postgres, directory: string): Postgres {
  return passwordFile === undefined ? settings : { ...settings, passwordFile: resolve(directory, passwordFile) }
}

function invalid(...problems: readonly ConfigProblem[]): ConfigOutcome {
  return { type: 'invalid', problems }
}

/** The parser's own sentences are not used: some quote the text. */
function parseYaml(octets: Uint8Array): { readonly value: unknown } | { readonly message: string } {
  if (!isUtf8(octets)) return { message: 'is not UTF-8 text' }
  const text = new TextDecoder().decode(octets)
  const lines = new LineCounter()
  const document = parseDocument(text, { prettyErrors: false, lineCounter: lines, stringKeys: true })
  const fault = document.errors[0] ?? document.warnings[0]
  if (fault !== undefined) {
    const { line, col } = lines.linePos(fault.pos[0])
    return { message: `is not YAML: line ${line}, column ${col} (${fault.code.toLowerCase().replaceAll('_', ' ')})` }
  }
  try {
    return { value: document.toJS({ maxAliasCount: 0 }) }
  } catch {
    return { message: 'uses YAML aliases (*name), which are not allowed here' }
  }
}

type NamedFile = { readonly path: string; readonly file: string; readonly readership: Readership }

/** Files that are not there or cannot be read, and key files open to others. Whether a pair fits is asked when it is loaded. */
function findFileProblems({ delivery, keys, store, tenants, tls }: Config): readonly ConfigProblem[] {
  const files: NamedFile[] = tls.certificates.flatMap((pair, index) => [
    { path: `tls.certificates.${index}.certificateFile`, file: pair.certificateFile, readership: 'anybody' },
    { path: `tls.certificates.${index}.keyFile`, file: pair.keyFile, readership: 'group' },
  ])
  for (const [index, { caFile, signIn }] of tenants.entries()) {
    if (caFile !== undefined) files.push({ path: `tenants.${index}.caFile`, file: caFile, readership: 'anybody' })
    const file = signIn?.clientSecretFile
    if (file !== undefined) files.push({ path: `tenants.${index}.signIn.clientSecretFile`, file, readership: 'owner' })
  }
  if (keys.file !== undefined) files.push({ path: 'keys.file', file: keys.file, readership: 'owner' })
  const passwordFile = store.postgres?.passwordFile
  if (passwordFile !== undefined)
    files.push({ path: 'store.postgres.passwordFile', file: passwordFile, readership: 'owner' })
  files.push(...deliveryFiles(delivery))
  return files.flatMap(({ path, file, readership }) => {
    const read = readGuardedFile(file, readership)
    // The installation key may be made after the configuration.
    if (read.type === 'read' || (read.type === 'missing' && path === 'keys.file')) return []
    return [{ path, message: `${file} ${read.message}` }]
  })
}
