// Where a secret may come from: an environment variable, a file, or a prompt; never an argument, which other users of the machine
// can read and a shell keeps. A secret appears in no message.

import { readFileSync } from 'node:fs'
import { type Failure, failed } from './failure.ts'
import type { Terminal } from './terminal.ts'

export type Secret = { readonly type: 'secret'; readonly secret: string }

export type SecretSource = {
  /** The variable that holds the secret, and the flag that names a file with it. */
  readonly variable: string
  readonly flag: string
  readonly file: string | undefined
  readonly question: string
}

/** Tries the file, then the variable; asks nobody. */
export function storedSecret(terminal: Terminal, source: SecretSource): Secret | Failure | undefined {
  if (source.file !== undefined) return secretFromFile(source.file, source.flag)
  const secret = terminal.env[source.variable]
  return secret === undefined || secret === '' ? undefined : { type: 'secret', secret }
}

/** Asks the person in front of the terminal when nothing is stored. */
export async function readSecret(terminal: Terminal, source: SecretSource): Promise<Secret | Failure> {
  const stored = storedSecret(terminal, source)
  if (stored !== undefined) return stored
  const secret = await terminal.askSecret(source.question)
  if (secret !== undefined) return { type: 'secret', secret }
  return failed(
    `No ${source.question.toLowerCase()} was given.`,
    `Set ${source.variable}, or name a file that holds it with ${source.flag}.`,
  )
}

function secretFromFile(path: string, flag: string): Secret | Failure {
  try {
    const secret = readFileSync(path, 'utf8').replace(/\r?\n$/, '')
    return secret === ''
      ? failed(`${path} is empty.`, `Name a file that holds the secret with ${flag}.`)
      : { type: 'secret', secret }
  } catch (error) {
    return failed(`Cannot read ${path}: ${(error as Error).message}`, `Name a file that you may read with ${flag}.`)
  }
}
