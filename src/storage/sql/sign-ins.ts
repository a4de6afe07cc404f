// How people sign in, as rows. A user's password, passkeys and sessions go with the user (`forgetSignIns`).

import { DIRECTORY_ACTIONS } from '../../access/operations.ts'
import type { User } from '../directory.ts'
import type {
  Passkey,
  ProviderProof,
  SignInReader,
  SignInSession,
  SignInTicket,
  SignInWriter,
  UserLogin,
} from '../sign-ins.ts'
import type { SignInMethod } from '../sign-ins.ts'
import { BY_ID } from './directory-application-reader.ts'
import { BY_NAME_KEY, readUser } from './directory-member-reader.ts'
import { appendAudit, recordChange } from './record-change.ts'
import { all, first, type InSql, lockTenant, run, snapshot, type Sql } from './sql.ts'

/** Only ever read in the audit log: nobody is granted them. */
const SIGN_IN = 'Microsoft.Directory/users/signIn/action'
const REVOKE = 'Microsoft.Directory/users/revokeSignInSessions/action'

export const signInReader: InSql<SignInReader> = {
  findUserLogin: (tenantId, name) => snapshot(readLogin(tenantId, BY_NAME_KEY, name.toLowerCase())),
  readUserLogin: (tenantId, userId) => snapshot(readLogin(tenantId, BY_ID, userId)),
  findSession: (digest) => readSession('digest = ?', digest),
  readSession: (tenantId, sessionId) => readSession('session_id = ? AND tenant_id = ?', sessionId, tenantId),
}

export const signInWriter: InSql<SignInWriter> = {
  putPassword,
  addPasskey,
  deletePasskey,
  *usePasskey({ tenantId, credentialId, counter, at }) {
    const used = yield* run(
      `UPDATE passkeys SET counter = ?, last_used_at = ?
       WHERE tenant_id = ? AND credential_id = ? AND (counter < ? OR (counter = 0 AND ? = 0))`,
      counter,
      at,
      tenantId,
      credentialId,
      counter,
      counter,
    )
    return used === 1
  },
  beginSession,
  *endSession(tenantId, sessionId) {
    yield* endSessions('session_id = ? AND tenant_id = ?', sessionId, tenantId)
  },
  *endSessions(change, tenantId, userId) {
    yield* lockTenant(tenantId)
    const ended = yield* endSessionsOf(tenantId, userId)
    if (ended === 0 && (yield* readUser(tenantId, BY_ID, userId)) === undefined) return false
    yield* appendAudit(change, tenantId, REVOKE, `${userId}/sessions`)
    return true
  },
  *addTicket({ digest, kind, tenantId, sessionId, content, endsAt }) {
    yield* run(
      'INSERT INTO sign_in_tickets (digest, kind, tenant_id, session_id, content, ends_at) VALUES (?, ?, ?, ?, ?, ?)',
      digest,
      kind,
      tenantId,
      sessionId ?? null,
      JSON.stringify(content),
      endsAt,
    )
  },
  takeTicket,
}

/** Everything by which a user who is about to go could sign in, or has. Locking is the caller's. */
export function* forgetSignIns(tenantId: string, userId: string): Sql<void> {
  yield* run('DELETE FROM user_passwords WHERE tenant_id = ? AND user_id = ?', tenantId, userId)
  yield* run('DELETE FROM passkeys WHERE tenant_id = ? AND user_id = ?', tenantId, userId)
  yield* endSessionsOf(tenantId, userId)
}

/** Gives how many. Locking is the caller's. */
export const endSessionsOf = (tenantId: string, userId: string): Sql<number> =>
  endSessions('user_id = ? AND tenant_id = ?', userId, tenantId)

/** What is over; at most `limit` of each. */
export function* sweepSignIns(at: number, limit: number): Sql<number> {
  const tickets = yield* run(
    'DELETE FROM sign_in_tickets WHERE digest IN (SELECT digest FROM sign_in_tickets WHERE ends_at <= ? LIMIT ?)',
    at,
    limit,
  )
  const sessions = yield* run(
    `DELETE FROM sign_in_sessions WHERE session_id IN
       (SELECT session_id FROM sign_in_sessions WHERE ends_at <= ? ORDER BY ends_at LIMIT ?)`,
    at,
    limit,
  )
  return Math.max(tickets, sessions)
}

function* putPassword(
  ...[change, tenantId, userId, password, provenChangedAt]: Parameters<SignInWriter['putPassword']>
): Sql<boolean> {
  yield* lockTenant(tenantId)
  const login = yield* readLogin(tenantId, BY_ID, userId)
  if (login === undefined) return false
  if (provenChangedAt !== undefined && login.password?.changedAt !== provenChangedAt) return false
  const { hash, changedAt, mustChange } = password
  yield* run('DELETE FROM user_passwords WHERE tenant_id = ? AND user_id = ?', tenantId, userId)
  yield* run(
    'INSERT INTO user_passwords (user_id, tenant_id, hash, changed_at, must_change) VALUES (?, ?, ?, ?, ?)',
    userId,
    tenantId,
    hash,
    changedAt,
    Number(mustChange),
  )
  yield* endSessionsOf(tenantId, userId)
  yield* recordChange(change, tenantId, DIRECTORY_ACTIONS.writeUserCredentials, `${userId}/password`, {
    after: password,
  })
  return true
}

function* beginSession(...[change, session, proof]: Parameters<SignInWriter['beginSession']>): Sql<boolean> {
  const { sessionId, tenantId, userId, methods, provider, createdAt, endsAt } = session
  yield* lockTenant(tenantId)
  const login = yield* readLogin(tenantId, BY_ID, userId)
  if (login?.user.accountEnabled === false) return false
  if (provider === undefined && (login === undefined || login.password?.changedAt !== proof.passwordChangedAt))
    return false
  yield* run(
    `INSERT INTO sign_in_sessions (session_id, digest, tenant_id, user_id, methods, provider, created_at, ends_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    sessionId,
    proof.digest,
    tenantId,
    userId,
    methods.join(' '),
    provider === undefined ? null : JSON.stringify(provider),
    createdAt,
    endsAt,
  )
  yield* appendAudit(change, tenantId, SIGN_IN, `${userId}/sessions/${sessionId}`, {
    after: { methods, endsAt, ...whoOf(provider) },
  })
  return true
}

/** Nobody else here knows whom the object id of a provider stands for. */
const whoOf = ({ displayName, userName }: Partial<ProviderProof> = {}) => ({
  ...(displayName !== undefined && { displayName }),
  ...(userName !== undefined && { userName }),
})

function* addPasskey(...[change, tenantId, passkey]: Parameters<SignInWriter['addPasskey']>): Sql<boolean> {
  const { credentialId, userId, displayName, publicKey, counter, transports, createdAt } = passkey
  yield* lockTenant(tenantId)
  if ((yield* readUser(tenantId, BY_ID, userId)) === undefined) return false
  const inserted = yield* run(
    `INSERT INTO passkeys (credential_id, tenant_id, user_id, display_name, public_key, counter, transports, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (credential_id) DO NOTHING`,
    credentialId,
    tenantId,
    userId,
    displayName,
    publicKey,
    counter,
    transports.join(' '),
    createdAt,
  )
  if (inserted === 0) return false
  const target = `${userId}/passkeys/${credentialId}`
  yield* recordChange(change, tenantId, DIRECTORY_ACTIONS.writeUserCredentials, target, { after: passkey })
  return true
}

function* deletePasskey(
  ...[change, tenantId, userId, credentialId]: Parameters<SignInWriter['deletePasskey']>
): Sql<boolean> {
  yield* lockTenant(tenantId)
  const deleted = yield* run(
    'DELETE FROM passkeys WHERE tenant_id = ? AND user_id = ? AND credential_id = ?',
    tenantId,
    userId,
    credentialId,
  )
  if (deleted === 0) return false
  yield* endSessionsOf(tenantId, userId)
  const target = `${userId}/passkeys/${credentialId}`
  yield* recordChange(change, tenantId, DIRECTORY_ACTIONS.writeUserCredentials, target, {
    before: { userId, credentialId },
  })
  return true
}

function* endSessions(
  condition: 'session_id = ? AND tenant_id = ?' | 'user_id = ? AND tenant_id = ?',
  id: string,
  tenantId: string,
): Sql<number> {
  const sessions = `SELECT session_id FROM sign_in_sessions WHERE ${condition}`
  yield* run(`DELETE FROM sign_in_tickets WHERE session_id IN (${sessions})`, id, tenantId)
  return yield* run(`DELETE FROM sign_in_sessions WHERE ${condition}`, id, tenantId)
}

type TicketRow = { tenant_id: string; session_id: string | null; content: string; ends_at: number }

function* takeTicket(kind: SignInTicket['kind'], digest: Uint8Array): Sql<SignInTicket | undefined> {
  const row = yield* first<TicketRow>(
    'SELECT tenant_id, session_id, content, ends_at FROM sign_in_tickets WHERE digest = ? AND kind = ?',
    digest,
    kind,
  )
  const taken = yield* run('DELETE FROM sign_in_tickets WHERE digest = ? AND kind = ?', digest, kind)
  if (row === undefined || taken === 0) return undefined
  return {
    digest,
    kind,
    tenantId: row.tenant_id,
    ...(row.session_id === null ? {} : { sessionId: row.session_id }),
    content: JSON.parse(row.content) as SignInTicket['content'],
    endsAt: row.ends_at,
  }
}

type SessionRow = {
  session_id: string
  tenant_id: string
  user_id: string
  methods: string
  provider: string | null
  created_at: number
  ends_at: number
}

function* readSession(
  condition: 'digest = ?' | 'session_id = ? AND tenant_id = ?',
  ...values: readonly (string | Uint8Array)[]
): Sql<SignInSession | undefined> {
  const row = yield* first<SessionRow>(
    `SELECT session_id, tenant_id, user_id, methods, provider, created_at, ends_at FROM sign_in_sessions WHERE ${condition}`,
    ...values,
  )
  return (
    row && {
      sessionId: row.session_id,
      tenantId: row.tenant_id,
      userId: row.user_id,
      methods: row.methods.split(' ') as SignInMethod[],
      ...(row.provider === null ? {} : { provider: JSON.parse(row.provider) as ProviderProof }),
      createdAt: row.created_at,
      endsAt: row.ends_at,
    }
  )
}

function* readLogin(
  tenantId: string,
  condition: typeof BY_ID | typeof BY_NAME_KEY,
  value: string,
): Sql<UserLogin | undefined> {
  const user = yield* readUser(tenantId, condition, value)
  if (user === undefined) return undefined
  const password = yield* first<{ hash: string; changed_at: number; must_change: number }>(
    'SELECT hash, changed_at, must_change FROM user_passwords WHERE tenant_id = ? AND user_id = ?',
    tenantId,
    user.objectId,
  )
  const passkeys = yield* readPasskeys(user)
  if (password === undefined) return { user, passkeys }
  const { hash, changed_at: changedAt, must_change: mustChange } = password
  return { user, password: { hash, changedAt, mustChange: mustChange === 1 }, passkeys }
}

type PasskeyRow = {
  credential_id: string
  display_name: string
  public_key: Uint8Array
  counter: number
  transports: string
  created_at: number
  last_used_at: number | null
}

function* readPasskeys({ tenantId, objectId: userId }: User): Sql<readonly Passkey[]> {
  const rows = yield* all<PasskeyRow>(
    `SELECT credential_id, display_name, public_key, counter, transports, created_at, last_used_at FROM passkeys
     WHERE tenant_id = ? AND user_id = ? ORDER BY created_at, credential_id`,
    tenantId,
    userId,
  )
  return rows.map((row) => ({
    credentialId: row.credential_id,
    userId,
    displayName: row.display_name,
    publicKey: row.public_key,
    counter: row.counter,
    transports: row.transports.split(' ').filter((name) => name !== ''),
    createdAt: row.created_at,
    ...(row.last_used_at === null ? {} : { lastUsedAt: row.last_used_at }),
  }))
}
