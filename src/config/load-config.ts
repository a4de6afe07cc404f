// Reads a configuration file and says everything that is wrong with it at once, each with the path of the key and what is allowed
// there. No value but a file name is repeated in a problem: a secret may have slipped into any line. A file that others can read or
// change is refused.

import { isUtf8 } from 'node:buffer'
import { dirname, resolve } from 'node:path'
import { LineCounter, parseDocument } from 'yaml'
import { deliveryFiles, findMissingPackages } from './delivery-files.ts'
import type { ConfigProblem } from './explain-issue.ts'
import { type Readership, readGuardedFile } from './guarded-file.ts'
import { type ConfigOutcome, type Environment, invalid, parseConfig } from './parse-config.ts'
import type { Config } from './schema.ts'

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
