// From what went wrong between a command and the server to one line that says so and one that says what to do. ARM, Graph and token
// service errors all carry a text meant for people; it is passed on, and secrets are in none of them.

import { z } from 'zod'
import type { Connection } from './connection.ts'
import { type Failure, failed } from './failure.ts'
import type { HttpsAnswer, HttpsFailure } from './https-request.ts'

const errorBody = z.object({ error: z.object({ code: z.string(), message: z.string() }) })
const tokenErrorBody = z.object({ error: z.string(), error_description: z.string() })

const TRY_AGAIN = 'Try again in a moment; `/health/ready` on the server says what it waits for.'

const UNREACHABLE: Readonly<Record<string, string>> = {
  ENOTFOUND: 'Check the host name given with --endpoint or POSTERN_ENDPOINT.',
  EAI_AGAIN: 'Check the name resolution of this machine.',
  TIMEOUT: TRY_AGAIN,
  EPROTO: 'Is that its HTTPS port? Check --endpoint or POSTERN_ENDPOINT.',
  CERT_HAS_EXPIRED: 'Renew the certificate of the server.',
  ERR_TLS_CERT_ALTNAME_INVALID: 'Use a host name that its certificate names.',
}
const UNTRUSTED = /CERT|SIGNATURE|ISSUER|SELF_SIGNED/

export function describeUnreachable(connection: Connection, { code, detail }: HttpsFailure): Failure {
  const untrusted = UNTRUSTED.test(code) ? 'Name the CA of the server with --ca-file or POSTERN_CA_FILE.' : TRY_AGAIN
  const next = code === 'ECONNREFUSED' ? whereNobodyListens(connection) : (UNREACHABLE[code] ?? untrusted)
  return failed(`Cannot reach ${connection.endpoint} (${code}: ${detail}).`, next)
}

function whereNobodyListens({ quickstart }: Connection): string {
  return quickstart === undefined
    ? 'Is it running? Check --endpoint or POSTERN_ENDPOINT.'
    : 'Is it running? Start the quickstart with `npm start`, or name another server with --endpoint.'
}

export function describeTokenRefusal(connection: Connection, status: number, body: unknown): Failure {
  const { endpoint, tenantId, clientId } = connection
  const parsed = tokenErrorBody.safeParse(body)
  if (!parsed.success) {
    return failed(
      `${endpoint} gave no token (HTTP ${status}).`,
      'Is this a Postern server? Check --endpoint or POSTERN_ENDPOINT.',
    )
  }
  const reason = parsed.data.error_description.split(/\r?\n/)[0] ?? ''
  const what = `Signing in as ${clientId} in tenant ${tenantId} was refused: ${reason}`
  return { ...failed(what, status >= 500 ? TRY_AGAIN : signInStep(connection, reason)), status }
}

/** `reason` begins with a code of the token service. Azure: data-plane reference §3.4. */
function signInStep({ endpoint, clientId, clientSecret, quickstart }: Connection, reason: string): string {
  const code = /^AADSTS\d+/.exec(reason)?.[0]
  if (code === 'AADSTS500011')
    return `The server goes by another address: give --endpoint (or POSTERN_ENDPOINT) the one that ${endpoint}metadata/endpoints names.`
  const isOver = code === 'AADSTS7000222'
  if ((isOver || code === 'AADSTS7000215') && clientSecret === quickstart?.administrator.clientSecret)
    return 'The secret in quickstart.json no longer works: give another credential in POSTERN_CLIENT_ID and POSTERN_CLIENT_SECRET.'
  return isOver
    ? `Somebody with that right can make a new one: postern ad app credential reset --id ${clientId} --append`
    : 'Check POSTERN_CLIENT_ID, POSTERN_TENANT_ID and POSTERN_CLIENT_SECRET (or their flags).'
}

export function describeRefusal(connection: Connection, answer: HttpsAnswer, body: unknown): Failure {
  const parsed = errorBody.safeParse(body)
  const id = answer.requestId === undefined ? '' : ` [request ${answer.requestId}]`
  const what = parsed.success
    ? `${parsed.data.error.message} (${parsed.data.error.code})`
    : `${connection.endpoint} answered HTTP ${answer.status} without saying why`
  const code = parsed.success ? { code: parsed.data.error.code } : {}
  return { ...failed(`${what}${id}`, nextStep(connection, answer.status)), status: answer.status, ...code }
}

function nextStep({ clientId }: Connection, status: number): string {
  if (status === 401)
    return 'The credential or its token no longer stands; run the command again, or give another credential.'
  if (status === 403) {
    return `Somebody with that right can give it: postern role assignment create --assignee ${clientId} --role <role> --scope <scope>`
  }
  if (status === 404) return 'Check the identifier, and that this credential may read it.'
  if (status === 429 || status >= 500) return TRY_AGAIN
  return 'Change the arguments (see --help) and try again.'
}
