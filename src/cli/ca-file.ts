// The CA that a command trusts besides its own judgement: a PEM file named by a flag, a variable or the quickstart.

import { readFileSync } from 'node:fs'
import { type Failure, failed } from './failure.ts'

/** Undefined when no file is named: the roots of this machine are trusted then. */
export function readCaFile(
  path: string | undefined,
): { readonly type: 'ca'; readonly pem: string } | Failure | undefined {
  if (path === undefined) return undefined
  try {
    return { type: 'ca', pem: readFileSync(path, 'utf8') }
  } catch (error) {
    return failed(
      `Cannot read the CA file: ${(error as Error).message}`,
      'Name a PEM file with --ca-file or POSTERN_CA_FILE.',
    )
  }
}
