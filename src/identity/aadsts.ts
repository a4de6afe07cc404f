// What the error codes of Microsoft Entra ID mean for a login by client secret: whose fault it is, in the words of an operator. Codes
// that are not here are told by their number. The text that comes with a code is never repeated: it is not ours, and it is long.
// Azure: data-plane reference §3.4; learn.microsoft.com, "Microsoft Entra authentication and authorization error codes".

import type { RejectReason } from './identity.ts'

export type AadstsMeaning = {
  /** `unavailable`: not the application's fault, so it is not told that its secret is wrong. */
  readonly reason: RejectReason | 'unavailable'
  readonly meaning: string
}

const of = (reason: AadstsMeaning['reason'], meaning: string): AadstsMeaning => ({ reason, meaning })

const WRONG_SECRET = of(
  'wrong-secret',
  'the secret is wrong; often the id of the secret was given instead of its value',
)
const BLOCKED = of('blocked-by-policy', 'a Conditional Access policy blocks the application')
const OUR_SCOPE = of('unavailable', 'the scope in the settings of the identity provider is not right')
const MALFORMED = of('unavailable', 'it does not understand the request')
const TROUBLE = of('unavailable', 'it has a passing trouble')

const MEANINGS: ReadonlyMap<number, AadstsMeaning> = new Map([
  [7000215, WRONG_SECRET],
  [7000222, of('expired-secret', 'the secret has expired')],
  [7000218, WRONG_SECRET],
  [7000216, WRONG_SECRET],
  [70002, WRONG_SECRET],
  [50012, WRONG_SECRET],
  [700025, of('refused-by-provider', 'the application is a public client, which may have no secret')],
  [700016, of('unknown-application', 'the tenant has no such application')],
  [70001, of('unknown-application', 'the tenant has no such application, or it is disabled')],
  [7000112, of('application-disabled', 'the application is disabled')],
  [7000114, of('application-disabled', 'the application may not ask for tokens of its own')],
  [90002, of('unknown-tenant', 'there is no such tenant in this cloud')],
  [900023, of('unknown-tenant', 'the tenant id is none')],
  [90038, of('unknown-tenant', 'the tenant is of another cloud')],
  [7000229, of('no-service-principal', 'the application has no service principal in the tenant')],
  [65001, of('missing-consent', 'nobody has consented to what the application asks for')],
  [650056, of('missing-consent', 'the application is set up wrongly, or nobody has consented to what it asks for')],
  [650057, of('missing-consent', 'the application does not list the resource among its permissions')],
  [501051, of('missing-consent', 'the resource wants the application to be assigned to it, and it is not')],
  [50105, of('missing-consent', 'the resource wants the application to be assigned to it, and it is not')],
  [53003, BLOCKED],
  [530032, of('blocked-by-policy', 'a security policy of the tenant blocks the application')],
  [530035, of('blocked-by-policy', 'the security defaults of the tenant block the application')],
  [53000, BLOCKED],
  [53001, BLOCKED],
  [53002, BLOCKED],
  [53004, BLOCKED],
  [53011, of('blocked-by-policy', 'the application is blocked because of its risk')],
  [100007, BLOCKED],
  [50053, of('blocked-by-policy', 'the address that asks is blocked because of its behaviour')],
  [700030, of('blocked-by-policy', 'the resource is not allowed to applications of this tenant')],
  [50196, of('unavailable', 'it takes the logins of the application for a loop')],
  [500011, of('unavailable', 'the resource of the scope has no service principal in the tenant')],
  [50001, of('unavailable', 'the resource of the scope is unknown or disabled in the tenant')],
  [70011, OUR_SCOPE],
  [1002012, OUR_SCOPE],
  [700022, OUR_SCOPE],
  [28000, OUR_SCOPE],
  [50194, MALFORMED],
  [9001023, MALFORMED],
  [50059, MALFORMED],
  [90019, MALFORMED],
  [90014, MALFORMED],
  [900144, MALFORMED],
  [70003, MALFORMED],
  [900561, MALFORMED],
  [9002313, MALFORMED],
  [90055, of('unavailable', 'the tenant asks for too many tokens')],
  [90006, TROUBLE],
  [90033, TROUBLE],
  [90024, TROUBLE],
  [50033, TROUBLE],
])

export const findAadstsMeaning = (code: number): AadstsMeaning | undefined => MEANINGS.get(code)
