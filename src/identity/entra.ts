// Microsoft Entra ID: a client secret is right when the tenant's token endpoint gives a token for it. Each proof is a request of its
// own and its token is thrown away; what it says of the application, its object id, is the principal. The token comes over verified
// TLS from the configured authority, so its signature is not looked at; that it is of this application, tenant and resource is.
// Azure: data-plane reference §1.3, §3.2-3.4.

import { findAadstsMeaning } from './aadsts.ts'
import { encodeForm } from './form-octets.ts'
import type { IssuerKeys } from './issuer-keys.ts'
import type { ProviderLine } from './provider-line.ts'
import type { EntraSettings } from './provider-settings.ts'
import { entraAudiences, verifyEntraToken } from './provider-token.ts'
import { refusedBy, type RemoteProver, type SecretLogin, type SecretProof, unavailableAt } from './remote-prover.ts'
import { canonicalGuid } from '../resources/guid.ts'
import { readTokenAnswer, type TokenAnswer } from './token-answer.ts'

export function createEntraProver(settings: EntraSettings, line: ProviderLine, keys: IssuerKeys): RemoteProver {
  const { authority, tenantId, scope } = settings
  const url = `${authority}/${tenantId}/oauth2/v2.0/token`
  return {
    kind: 'entra',
    async proveSecret({ applicationId, clientSecret, limit }) {
      const body = encodeForm({
        client_id: applicationId,
        scope,
        grant_type: 'client_credentials',
        client_secret: clientSecret,
      })
      const headers = { 'content-type': 'application/x-www-form-urlencoded' }
      const answer = await line.send({ method: 'POST', url, headers, body }, limit)
      body.fill(0)
      return conclude(settings, applicationId, readTokenAnswer(answer))
    },
    async proveToken(brought) {
      const outcome = await verifyEntraToken(brought, settings, keys)
      return outcome.type === 'verified' ? { ...outcome, type: 'proven', groupIds: [] } : outcome
    },
  }
}

function conclude(
  settings: EntraSettings,
  applicationId: SecretLogin['applicationId'],
  answer: TokenAnswer,
): SecretProof {
  if (answer.type === 'unavailable') return unavailableAt('entra', settings.authority, answer.detail)
  if (answer.type === 'error') return explain(settings, answer)
  const { claims, token } = answer
  if (claims === undefined) return unavailableAt('entra', settings.authority, 'its token cannot be read')
  const wrong = findMismatch(settings, applicationId, claims)
  if (wrong !== undefined) return refusedBy('entra', 'unexpected-token', `the token of ${settings.authority} ${wrong}`)
  const principalId = textOf(claims['oid'])
  const endsAt = typeof claims['exp'] === 'number' ? claims['exp'] * 1000 : 0
  return { type: 'proven', principalId, groupIds: [], accessToken: { octets: Buffer.from(token), endsAt } }
}

/** Undefined when the token is of the application, the tenant and the resource that were asked for. */
function findMismatch(
  settings: EntraSettings,
  applicationId: string,
  claims: Readonly<Record<string, unknown>>,
): string | undefined {
  if (textOf(claims['tid']) !== settings.tenantId) return 'is of another tenant'
  if (textOf(claims['appid'] ?? claims['azp']) !== applicationId) return 'is of another application'
  if (!entraAudiences(settings).includes(String(claims['aud']))) return `is for another resource than ${settings.scope}`
  return canonicalGuid(textOf(claims['oid'])) === undefined ? 'names no object id' : undefined
}

const textOf = (claim: unknown): string => (typeof claim === 'string' ? claim.toLowerCase() : '')

function explain(settings: EntraSettings, answer: TokenAnswer & { type: 'error' }): SecretProof {
  const { error, codes, traceId, status } = answer
  const known = codes.map((code) => ({ code, found: findAadstsMeaning(code) })).find(({ found }) => found !== undefined)
  const code = known?.code ?? codes[0]
  const { reason, meaning } = known?.found ?? meaningOf(error)
  const name = code === undefined ? error : `AADSTS${code} (${error})`
  const trace = traceId === undefined ? '' : `; trace id ${traceId}`
  if (reason === 'unavailable') return unavailableAt('entra', settings.authority, `${name}: ${meaning}${trace}`)
  return refusedBy('entra', reason, `Microsoft Entra ID says ${name}, status ${status}: ${meaning}${trace}`)
}

/** For codes that are not known here. */
function meaningOf(error: string): NonNullable<ReturnType<typeof findAadstsMeaning>> {
  if (['temporarily_unavailable', 'server_error', 'invalid_scope', 'invalid_request'].includes(error))
    return { reason: 'unavailable', meaning: 'it cannot answer the request as it was made' }
  if (error === 'invalid_client')
    return { reason: 'wrong-secret', meaning: 'the secret does not prove the application' }
  return { reason: 'refused-by-provider', meaning: 'it refuses the application' }
}
