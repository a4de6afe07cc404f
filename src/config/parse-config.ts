// Checks a configuration that is a value already: everything that is wrong with it at once, each with the path of the key and what is
// allowed there. No value is repeated in a problem: a secret may have slipped into any line.

import { resolve } from 'node:path'
import { withDeliveryFiles } from './delivery-files.ts'
import { type ConfigProblem, explainIssue } from './explain-issue.ts'
import { type Config, configSchema, LOG_LEVELS } from './schema.ts'

export type ConfigOutcome =
  | { readonly type: 'config'; readonly config: Config }
  | { readonly type: 'invalid'; readonly problems: readonly ConfigProblem[] }

export type Environment = Readonly<Record<string, string | undefined>>

/** Relative paths in it start at `directory`. `POSTERN_LOG_LEVEL` stands for `log.level`. */
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

export function invalid(...problems: readonly ConfigProblem[]): ConfigOutcome {
  return { type: 'invalid', problems }
}
