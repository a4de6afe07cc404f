// What a mail client that nobody here wrote must be told to send one message, and how it is run: as a process with bounded time, its
// secrets in a file or on standard input where it can take them so, since every process of a machine can read arguments.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export type Mechanism = 'PLAIN' | 'LOGIN' | 'XOAUTH2' | 'OAUTHBEARER'

export const takesToken = (mechanism: Mechanism): boolean => mechanism === 'XOAUTH2' || mechanism === 'OAUTHBEARER'

export type Delivery = {
  readonly port: number
  readonly implicitTls: boolean
  readonly mechanism: Mechanism
  /** The authority to trust; the server's name is `localhost`. */
  readonly caFile: string
  readonly username: string
  /** An access token where the mechanism takes one. */
  readonly secret: string
  readonly from: string
  readonly recipients: readonly string[]
  /** The message as it is handed to the client: lines end in CRLF, dots are single. */
  readonly content: Buffer
}

export type Door = 'submission' | 'submissions' | 'smtp'

/** One way to use a client. `send` gives what client and server said, as far as the client tells; it rejects when the client failed. */
export type Variant = {
  readonly name: string
  readonly door: Door
  readonly mechanism: Mechanism
  /** What else must be seen in what was said. */
  readonly shows?: RegExp
  readonly send: (delivery: Delivery) => Promise<string>
}

export type ForeignClient = {
  readonly name: string
  /** A command that succeeds, and whose output matches, where the client can do what is asked of it. */
  readonly probe?: { readonly command: readonly string[]; readonly shows: RegExp }
  readonly variants: readonly Variant[]
}

export type ProcessOutcome = { readonly code: number | null; readonly stdout: string; readonly stderr: string }

const TIME_LIMIT = 30_000

/** Runs to the end; a process that takes too long is killed and has no exit code. */
export async function runProcess(
  [program = '', ...args]: readonly string[],
  input: string | Uint8Array = '',
): Promise<ProcessOutcome> {
  const child = spawn(program, args, { stdio: 'pipe', timeout: TIME_LIMIT, killSignal: 'SIGKILL' })
  const output = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('latin1').on('data', (text: string) => {
      output[name] += text
    })
  // It may have ended before it read everything.
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, ...output }
}

/** The same; rejects unless the exit code is 0, else gives all that was printed. */
export async function runClient(command: readonly string[], input: string | Uint8Array = ''): Promise<string> {
  const { code, stdout, stderr } = await runProcess(command, input)
  if (code !== 0) throw new Error(`${command[0]} ended with ${code}:\n${stdout}${stderr}`)
  return stdout + stderr
}

/** Files for one run, readable by nobody else, removed after it. */
export async function withPrivateFiles<T>(
  files: Readonly<Record<string, string | Uint8Array>>,
  use: (pathOf: (name: string) => string) => Promise<T>,
): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'postern-client-'))
  const pathOf = (name: string) => join(directory, name)
  try {
    for (const [name, content] of Object.entries(files)) writeFileSync(pathOf(name), content, { mode: 0o600 })
    return await use(pathOf)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** Why a client cannot be used here, or undefined. */
export async function findProblem({ name, probe }: ForeignClient): Promise<string | undefined> {
  if (probe === undefined) return undefined
  try {
    const { stdout, stderr } = await runProcess(probe.command)
    return probe.shows.test(stdout + stderr) ? undefined : `${name} is not able to do this here`
  } catch {
    return `${name} is not installed`
  }
}
