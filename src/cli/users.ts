// Users of the directory through Graph, and where a password for one comes from: a file, a variable, a prompt, or made here and shown once.

import { randomBytes } from 'node:crypto'
import { type Command, Option } from 'commander'
import { z } from 'zod'
import type { Failure } from './failure.ts'
import { readSecret, storedSecret } from './secret-source.ts'
import type { Terminal } from './terminal.ts'

const user = z.object({
  id: z.string(),
  displayName: z.string(),
  userPrincipalName: z.string(),
  accountEnabled: z.boolean(),
})
export type UserAnswer = z.infer<typeof user>

export const parseUser = (body: unknown): UserAnswer | undefined => user.safeParse(body).data
export const parseUsers = (body: unknown): readonly UserAnswer[] | undefined =>
  z.object({ value: z.array(user) }).safeParse(body).data?.value

export type PasswordFlags = {
  readonly password?: true
  readonly passwordFile?: string
  readonly forceChangePasswordNextSignIn?: 'true' | 'false'
}

export function addPasswordOptions(command: Command): Command {
  return command
    .option('--password', 'ask for the password')
    .option('--password-file <file>', 'file with the password; POSTERN_USER_PASSWORD may hold it instead')
    .addOption(
      new Option(
        '--force-change-password-next-sign-in <state>',
        'whether it is changed at the next sign-in (default: true)',
      ).choices(['true', 'false']),
    )
}

export type ChosenPassword = { readonly type: 'password'; readonly password: string; readonly isMade: boolean }

/** Where none is given, one is made. */
export async function choosePassword(terminal: Terminal, flags: PasswordFlags): Promise<ChosenPassword | Failure> {
  const source = {
    variable: 'POSTERN_USER_PASSWORD',
    flag: '--password-file',
    file: flags.passwordFile,
    question: 'Password of the user',
  }
  const given = flags.password === true ? await readSecret(terminal, source) : storedSecret(terminal, source)
  if (given?.type === 'failed') return given
  if (given !== undefined) return { type: 'password', password: given.secret, isMade: false }
  return { type: 'password', password: randomBytes(15).toString('base64url'), isMade: true }
}

export const passwordProfile = (password: string, { forceChangePasswordNextSignIn = 'true' }: PasswordFlags) => ({
  password,
  forceChangePasswordNextSignIn: forceChangePasswordNextSignIn === 'true',
})

/** Of a password that nobody knows yet. */
export const shownOnce = ({ isMade, password }: ChosenPassword): string =>
  isMade ? `Password ${password}\nThis is the only time it is shown.\n` : ''

/** In the path of a call. */
export const userPath = (id: string): string => `/v1.0/users/${encodeURIComponent(id)}`
