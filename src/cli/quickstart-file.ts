// What `quickstart.json` tells a command: where the quickstart listens and its credentials. It is read, never written, here; fields
// whose room is not built yet are null in it.

import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { type Failure, failed } from './failure.ts'

const schema = z.object({
  smtp: z.object({ host: z.string(), port: z.number(), implicitTlsPort: z.number(), port25: z.number() }),
  caFile: z.string(),
  tenantId: z.string(),
  subscriptionId: z.string(),
  communicationServiceId: z.string(),
  emailService: z.string().optional(),
  senderAddress: z.string(),
  application: z.object({ applicationId: z.string(), clientSecret: z.string() }),
  usernames: z.object({ dot: z.string(), pipe: z.string(), alias: z.string() }),
  endpoint: z.string(),
  administrator: z.object({ applicationId: z.string(), clientSecret: z.string() }),
  /** False once `application.clientSecret` no longer works. */
  secretValid: z.boolean().optional(),
})

export type Quickstart = z.infer<typeof schema>
export type QuickstartFile =
  | { readonly type: 'quickstart'; readonly quickstart: Quickstart }
  | { readonly type: 'absent' }
  | Failure

export function dataDirectoryOf(env: Readonly<Record<string, string | undefined>>): string {
  return resolve(env['POSTERN_DATA_DIR'] || './postern-data')
}

export function readQuickstartFile(dataDirectory: string): QuickstartFile {
  const path = join(dataDirectory, 'quickstart.json')
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { type: 'absent' }
    return failed(`Cannot read ${path}: ${(error as Error).message}`, 'Run this as the user who ran the quickstart.')
  }
  const parsed = schema.safeParse(parseJson(text))
  if (parsed.success) return { type: 'quickstart', quickstart: parsed.data }
  const place = parsed.error.issues[0]?.path.join('.') || 'the whole file'
  return failed(
    `${path} is not what a quickstart writes (${place}).`,
    'Start the quickstart again: it writes the file anew.',
  )
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
