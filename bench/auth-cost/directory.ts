// A tenant's directory of a given size, made at once by SQL: applications, each with a service principal, a secret, a stored SMTP username and
// the right to send; and the assignments of everybody else.

import { EMAIL_SENDER } from '../../src/access/built-in-roles.ts'
import { hashClientSecret } from '../../src/identity/client-secret.ts'
import { SMTP_USERNAMES } from '../../src/resources/resource-types.ts'
import { A, AT, communicationService } from '../../src/storage/two-tenants.fixture.ts'
import type { Octets } from '../stores.ts'

export type Directory = { readonly applications: number; readonly assignments: number }

export const PEPPER = new Uint8Array(32)
export const SECRET = Buffer.from('the secret of every application of the benchmark')
export const SERVICE = 'contoso-bench'

const FIRST = 100_000_000_000
/** A GUID of a kind, for the row `i`. */
const guid = (kind: number) => `'${kind}0000000-0000-4000-8000-' || CAST(${FIRST} + i AS TEXT)`

/** What application number `index` signs in with. */
export function loginOf(index: number, form: 'parts' | 'alias'): string {
  return form === 'alias' ? `bench-${index}` : `${SERVICE}.20000000-0000-4000-8000-${FIRST + index}.${A.tenantId}`
}

const seriesOf = (length: number) =>
  `WITH RECURSIVE series (i) AS (SELECT CAST(0 AS BIGINT) UNION ALL SELECT i + 1 FROM series WHERE i < ${length - 1})`

/** Assignments beyond those of the applications belong to users who are nobody's applications. */
export function fillDirectory({ applications, assignments }: Directory, octets: Octets): readonly string[] {
  const hash = octets.literal(hashClientSecret(SECRET, PEPPER))
  const each = seriesOf(applications)
  const serviceId = communicationService(A, SERVICE).id
  const alias = `${serviceId}/smtpUsernames/bench-`
  const tenant = `'${A.tenantId}'`
  return [
    `${each} INSERT INTO applications (object_id, application_id, tenant_id, display_name, disabled, created_at)
     SELECT ${guid(1)}, ${guid(2)}, ${tenant}, 'bench', false, ${AT} FROM series`,
    `${each} INSERT INTO service_principals (object_id, application_id, tenant_id, display_name, account_enabled)
     SELECT ${guid(3)}, ${guid(2)}, ${tenant}, 'bench', true FROM series`,
    `${each} INSERT INTO password_credentials (key_id, object_id, tenant_id, display_name, hint, hash, start_at, end_at)
     SELECT ${guid(4)}, ${guid(1)}, ${tenant}, 'bench', 'abc', ${hash}, 0, ${AT * 2} FROM series`,
    `${each} INSERT INTO resources (id_key, id, type_key, type, name, parent_key, tenant_id, subscription_id, location, properties,
       system_data, etag, lookup_key, verified)
     SELECT '${alias.toLowerCase()}' || i, '${alias}' || i, '${SMTP_USERNAMES.toLowerCase()}', '${SMTP_USERNAMES}', 'bench-' || i,
       '${serviceId.toLowerCase()}', ${tenant}, '${A.subscriptionId}', 'global',
       '{"entraApplicationId":"' || ${guid(2)} || '","tenantId":"${A.tenantId}"}', '{}', 'etag', 'bench-' || i, false FROM series`,
    `${seriesOf(assignments)} INSERT INTO role_assignments (tenant_id, name, scope, scope_key, role_definition_name, principal_id,
       principal_type)
     SELECT ${tenant}, ${guid(5)}, '${serviceId}', '${serviceId.toLowerCase()}', '${EMAIL_SENDER.name}', ${guid(3)},
       'ServicePrincipal' FROM series`,
  ]
}
