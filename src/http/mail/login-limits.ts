// Which failed logins are being counted, and forgetting them: for an operator who wonders why somebody waits. A tenant sees what is
// counted for its own usernames; networks are the installation's. A short username is stored as a hash alone, so only those that exist
// can be named here.

import { isIP } from 'node:net'
import type { Context } from 'hono'
import { z } from 'zod'
import { MAIL_ACTIONS } from '../../access/operations.ts'
import { CEILING, STEP, waitAt } from '../../identity/failure-rules.ts'
import { createSubjectKey, sourceSubject, type SubjectKey, usernameSubject } from '../../identity/login-subjects.ts'
import { sourceNetwork } from '../../identity/source-network.ts'
import { SMTP_USERNAMES } from '../../resources/resource-types.ts'
import type { Change, LoginSubject, Storage, StoredLoginLimit, Writers } from '../../storage/storage.ts'
import { authorize, type Caller, controlAction, TENANT_ROOT } from '../authorization.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { authorizeInInstallation } from '../installation.ts'
import { limitQuery } from '../paging.ts'
import { answerRefusal, type Refusal } from '../refusal.ts'
import { changeOf, type HttpEnv } from '../request-context.ts'
import { startSubject } from '../sign-in/start-limit.ts'
import { named, time } from '../responses.ts'
import { readBody, readQuery } from '../validation.ts'

const READ = controlAction(MAIL_ACTIONS.readLoginLimits)
const CLEAR = controlAction(MAIL_ACTIONS.clearLoginLimits)
export const LOGIN_LIMITS_PATH = '/providers/Postern.Mail/loginLimits'

/** The worst of them, in one page: they are forgotten faster than anybody pages. */
export const loginLimitsQuery = z.object({ limit: limitQuery })

export const loginLimitSchema = named(
  'LoginLimit',
  z.object({
    /** `token`: a network, as the token service counts it. */
    kind: z.enum(['source', 'username', 'tenant', 'token']),
    /** The network, username or tenant; null for a short username that does not exist. */
    subject: z.string().nullable(),
    /** As the username names it. */
    tenantId: z.string().nullable(),
    attempts: z.int(),
    since: time,
    lastAt: time,
    /** When all of it is forgotten. */
    until: time,
    /** What the next login waits, in seconds. */
    wait: z.number(),
    /** The next login is told 421. */
    turnedAway: z.boolean(),
  }),
)

type Dependencies = Pick<HttpDependencies, 'storage' | 'pepper' | 'clock'>

export function listLoginLimits({ storage, pepper, clock }: Dependencies) {
  const subjectKey = createSubjectKey(pepper)
  return async (c: Context<HttpEnv>): Promise<Response> => {
    const { caller } = c.var
    const query = readQuery(c.req.url, loginLimitsQuery)
    if (query.type === 'refused') return answerRefusal(c, query)
    const refusal = authorize(caller, READ, TENANT_ROOT)
    if (refusal !== undefined) return answerRefusal(c, refusal)
    const isEverything = (await authorizeInInstallation(storage, caller, READ)) === undefined
    const at = clock.now()
    const rows = await storage.read.loginLimits.listLoginLimits({
      at,
      limit: query.value.limit,
      ...(isEverything ? {} : { tenantId: caller.tenantId }),
    })
    const aliases = rows.some(isShort) ? await readAliases(storage, subjectKey, caller) : new Map<string, string>()
    const own = rows.filter((row) => isEverything || row.tenantId !== undefined || aliases.has(row.key))
    return c.json({ value: own.map((row) => limitForm(row, aliases.get(row.key), at)) })
  }
}

const isShort = ({ kind, shown, tenantId }: StoredLoginLimit): boolean =>
  kind === 'username' && (shown === '' || tenantId === undefined)

/** The short usernames of the caller's tenant, by the keys under which they are counted. */
async function readAliases({ read }: Storage, subjectKey: SubjectKey, { tenantId }: Caller) {
  const stored = await read.resources.listResources({ tenantId, type: SMTP_USERNAMES })
  const usernames = stored.flatMap(({ properties: { username } }) => (typeof username === 'string' ? [username] : []))
  return new Map(usernames.map((username) => [usernameSubject(subjectKey, username).key, username]))
}

function limitForm(row: StoredLoginLimit, alias: string | undefined, at: number): z.input<typeof loginLimitSchema> {
  const { kind, shown, tenantId, attempts, since, lastAt, until } = row
  const next = Math.max(0, until - at) + STEP
  const [wait, turnedAway] = kind === 'token' ? [0, false] : [waitAt(next) / 1000, kind === 'source' && next > CEILING]
  return {
    kind,
    subject: shown || (alias ?? null),
    tenantId: tenantId ?? null,
    attempts,
    since: new Date(since).toISOString(),
    lastAt: new Date(lastAt).toISOString(),
    until: new Date(until).toISOString(),
    wait,
    turnedAway,
  }
}

const address = z
  .string()
  .transform((text) => text.replace(/\/64$/, ''))
  .refine((text) => isIP(text) !== 0, 'an IP address, or the /64 of one')

export const clearBody = z.union(
  [
    z.strictObject({ network: address }),
    z.strictObject({ username: z.string().min(1).max(1024) }),
    z.strictObject({ scope: z.enum(['tenant', 'installation']) }),
  ],
  { error: 'one of network (an IP address, or the /64 of one), username, or scope (tenant or installation)' },
)
type Asked = z.output<typeof clearBody>

type Subject = Pick<LoginSubject, 'kind' | 'key'>
type Clearing = { readonly target: string; clear(limits: Writers['loginLimits']): void }

export function clearLoginLimits({ storage, pepper }: Dependencies) {
  const subjectKey = createSubjectKey(pepper)
  return async (c: Context<HttpEnv>): Promise<Response> => {
    const { caller } = c.var
    const refusal = authorize(caller, CLEAR, TENANT_ROOT)
    if (refusal !== undefined) return answerRefusal(c, refusal)
    const body = readBody(c, clearBody)
    if (body.type === 'refused') return answerRefusal(c, body)
    const clearing = await planClearing(storage, subjectKey, caller, body.value)
    if ('type' in clearing) return answerRefusal(c, clearing)
    await clearAudited(storage, changeOf(c), caller.tenantId, clearing)
    return c.body(null, 204)
  }
}

async function clearAudited(
  storage: Storage,
  change: Change,
  tenantId: string,
  { target, clear }: Clearing,
): Promise<void> {
  await storage.atomically(({ audit, loginLimits }) => {
    void audit.append(change, tenantId, MAIL_ACTIONS.clearLoginLimits, `${LOGIN_LIMITS_PATH}/${target}`)
    clear(loginLimits)
  })
}

async function planClearing(
  storage: Storage,
  subjectKey: SubjectKey,
  caller: Caller,
  asked: Asked,
): Promise<Clearing | Refusal> {
  if ('username' in asked) return planUsername(storage, subjectKey, caller, asked.username)
  if ('scope' in asked && asked.scope === 'tenant') return planTenant(storage, subjectKey, caller)
  const refusal = await authorizeInInstallation(storage, caller, CLEAR)
  if (refusal !== undefined) return refusal
  if ('scope' in asked) return { target: '', clear: (limits) => void limits.clearLoginLimits('everything') }
  const { network } = asked
  const subjects = (['source', 'token', 'people'] as const).map((of) => sourceSubject(subjectKey, network, of))
  subjects.push(startSubject(subjectKey, network))
  return { target: `source/${sourceNetwork(network)}`, clear: (limits) => clearEach(limits, subjects) }
}

/** Those of others are the installation's to clear. What does not exist and what is another tenant's are not told apart. */
async function planUsername(
  storage: Storage,
  subjectKey: SubjectKey,
  caller: Caller,
  username: string,
): Promise<Clearing | Refusal> {
  const subject = usernameSubject(subjectKey, username)
  const tenantId = subject.tenantId ?? (await storage.read.resources.findSmtpUsername(username))?.service.tenantId
  const refusal = tenantId === caller.tenantId ? undefined : await authorizeInInstallation(storage, caller, CLEAR)
  if (refusal !== undefined) return refusal
  // What is neither of the three-part form nor there may be a secret.
  const shown = subject.shown || (tenantId === undefined ? subject.key : username)
  return { target: `username/${shown}`, clear: (limits) => clearEach(limits, [subject]) }
}

async function planTenant(storage: Storage, subjectKey: SubjectKey, caller: Caller): Promise<Clearing> {
  const { tenantId } = caller
  const aliases = await readAliases(storage, subjectKey, caller)
  return {
    target: `tenant/${tenantId}`,
    clear(limits) {
      void limits.clearLoginLimits({ tenantId })
      clearEach(
        limits,
        [...aliases.keys()].map((key) => ({ kind: 'username', key })),
      )
    },
  }
}

function clearEach(limits: Writers['loginLimits'], subjects: readonly Subject[]): void {
  for (const { kind, key } of subjects) void limits.clearLoginLimits({ kind, key })
}
