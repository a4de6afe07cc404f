// The whole article in one step: application, service principal, role, its assignment at the communication service, a short user name,
// and a secret. Every step looks first whether its work is done, so that a second run goes on where the first one stopped; only the
// secret is new each time, and it is made last, because it can be shown only once. Azure: control-plane reference §10, §9 row 14.

import { createHash, randomUUID } from 'node:crypto'
import { z } from 'zod'
import { READER } from '../access/built-in-roles.ts'
import { DEFAULT_REQUIRED_ACTIONS } from '../access/check-send.ts'
import { canonicalSmtpUsername } from '../resources/smtp-username-rules.ts'
import type { Api } from './api.ts'
import {
  addPassword,
  createApplication,
  ensureServicePrincipal,
  listApplications,
  type NewPassword,
  odataText,
} from './applications.ts'
import { readSmtpSettings, type SmtpSettings } from './device-sheet.ts'
import { findApplication, unexpectedAnswer } from './directory-lookup.ts'
import { type Failure, failed, misused } from './failure.ts'
import type { Ledger } from './ledger.ts'
import { parseAssignment } from './role-assignments.ts'
import { AUTHORIZATION_API_VERSION, authorizationPath, findRole, parseRole } from './role-lookup.ts'
import { armPath, COMMUNICATION_API_VERSION } from './resource-lookup.ts'
import { resourceNameOf } from './smtp-username-answers.ts'

/** The role of the article: a clone of Reader with the permissions that sending needs. */
export const ARTICLE_ROLE = 'SMTP Email Sender'

export type CredentialRequest = {
  readonly serviceId: string
  /** Name of the application; `appId` instead takes one that is there. */
  readonly name: string
  readonly appId: string | undefined
  /** Made where it is missing only when it is the article's. */
  readonly role: string
  readonly username: string
  /** Undefined: as long as the server gives. */
  readonly endDateTime: string | undefined
}

export type SmtpCredential = {
  readonly type: 'credential'
  readonly applicationId: string
  readonly servicePrincipalId: string
  readonly roleDefinitionId: string
  readonly keyId: string
  readonly secret: string
  readonly endDateTime: string
  readonly settings: SmtpSettings
}

export async function makeSmtpCredential(
  api: Api,
  request: CredentialRequest,
  ledger: Ledger,
): Promise<SmtpCredential | Failure> {
  const { serviceId } = request
  // Before anything is made: that the service is there, and that the sheet can be read at the end.
  const there = await readSmtpSettings(api, serviceId, undefined)
  if (there.type === 'failed') return there
  const application = await ensureApplication(api, request, ledger)
  if (application.type === 'failed') return application
  const { appId } = application
  const principal = await ensureServicePrincipal(api, appId)
  if (principal.type === 'failed') return principal
  if (principal.made && !application.made) ledger.note('service principal', 'goes with its application')
  const role = await ensureRole(api, request, ledger)
  if (role.type === 'failed') return role
  const assigned = await ensureAssignment(api, serviceId, principal.id, role.id, ledger)
  if (assigned !== undefined) return assigned
  const named = await ensureUsername(api, request, appId, ledger)
  if (named !== undefined) return named
  const settings = await readSmtpSettings(api, serviceId, appId)
  if (settings.type === 'failed') return settings
  const secret = await addSecret(api, application.id, request, ledger)
  if (secret.type === 'failed') return secret
  const { keyId, secretText, endDateTime } = secret.password
  return {
    type: 'credential',
    keyId,
    secret: secretText,
    endDateTime,
    applicationId: appId,
    servicePrincipalId: principal.id,
    roleDefinitionId: role.id,
    settings: settings.settings,
  }
}

type FoundApplication = {
  readonly type: 'application'
  readonly id: string
  readonly appId: string
  readonly made: boolean
}

async function ensureApplication(
  api: Api,
  { name, appId }: CredentialRequest,
  ledger: Ledger,
): Promise<FoundApplication | Failure> {
  if (appId !== undefined) {
    const found = await findApplication(api, appId)
    return found.type === 'failed' ? found : { ...found.application, type: 'application', made: false }
  }
  const listed = await listApplications(api, `displayName eq ${odataText(name)}`)
  if (listed.type === 'failed') return listed
  const [only, ...others] = listed.applications
  if (others.length > 0)
    return misused(`There are several applications named ${name}.`, 'Say which with --app-id: postern ad app list')
  if (only !== undefined) return { ...only, type: 'application', made: false }
  const made = await createApplication(api, name)
  if (made.type === 'failed') return made
  ledger.note('application with its service principal', `postern ad app delete --id ${made.application.appId}`)
  return { ...made.application, type: 'application', made: true }
}

type RoleId = { readonly type: 'role'; readonly id: string }

async function ensureRole(api: Api, { serviceId, role }: CredentialRequest, ledger: Ledger): Promise<RoleId | Failure> {
  const found = await findRole(api, serviceId, role)
  if (found.type === 'role') return { type: 'role', id: found.roleDefinitionId }
  if (found.status !== 404 || role !== ARTICLE_ROLE) return found
  const subscription = serviceId.split('/').slice(0, 3).join('/')
  const actions = [...READER.permissions.flatMap((permission) => permission.actions), ...DEFAULT_REQUIRED_ACTIONS]
  const properties = {
    roleName: ARTICLE_ROLE,
    description: 'May send mail over SMTP: a clone of Reader plus the permissions that sending needs.',
    type: 'CustomRole',
    permissions: [{ actions, notActions: [], dataActions: [], notDataActions: [] }],
    assignableScopes: [subscription],
  }
  const path = authorizationPath(subscription, `roleDefinitions/${randomUUID()}`)
  const answer = await api.call('PUT', path, { 'api-version': AUTHORIZATION_API_VERSION }, { properties })
  if (answer.type === 'failed') return { ...answer, next: 'Name another role with --role, such as "Email Sender".' }
  const made = parseRole(answer.body)
  if (made === undefined) return unexpectedAnswer('the new role')
  ledger.note('role', `postern role definition delete --name ${made.name} --scope ${subscription}`)
  return { type: 'role', id: made.id }
}

/** Its name follows from who, what and where, so that asking again asks for the same assignment. */
async function ensureAssignment(
  api: Api,
  scope: string,
  principalId: string,
  roleDefinitionId: string,
  ledger: Ledger,
): Promise<Failure | undefined> {
  const name = guidFrom(scope, principalId, roleDefinitionId.slice(roleDefinitionId.lastIndexOf('/') + 1))
  const properties = { roleDefinitionId, principalId, principalType: 'ServicePrincipal' }
  const path = authorizationPath(scope, `roleAssignments/${name}`)
  const answer = await api.call('PUT', path, { 'api-version': AUTHORIZATION_API_VERSION }, { properties })
  if (answer.type === 'failed') return answer.code === 'RoleAssignmentExists' ? undefined : answer
  const assignment = parseAssignment(answer.body)
  if (assignment === undefined) return unexpectedAnswer('the role assignment')
  if (answer.status === 201) ledger.note('role assignment', `postern role assignment delete --ids ${assignment.id}`)
  return undefined
}

function guidFrom(...parts: readonly string[]): string {
  const hex = createHash('sha256').update(parts.join('\n').toLowerCase()).digest('hex')
  // RFC 9562 §5.8: version 8, the octets are our own business.
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-8$3-8$4-$5')
}

const usernameList = z.object({
  value: z.array(z.object({ properties: z.object({ username: z.string(), entraApplicationId: z.string() }) })),
})

async function ensureUsername(
  api: Api,
  { serviceId, username }: CredentialRequest,
  appId: string,
  ledger: Ledger,
): Promise<Failure | undefined> {
  const query = { 'api-version': COMMUNICATION_API_VERSION }
  const listed = await api.list(`${armPath(serviceId)}/smtpUsernames`, query)
  if (listed.type === 'failed') return listed
  const parsed = usernameList.safeParse(listed.body)
  if (!parsed.success) return unexpectedAnswer('SMTP user names')
  const canonical = canonicalSmtpUsername(username)
  const isThere = parsed.data.value.some(
    ({ properties }) =>
      properties.entraApplicationId.toLowerCase() === appId.toLowerCase() &&
      canonicalSmtpUsername(properties.username) === canonical,
  )
  if (isThere) return undefined
  const name = resourceNameOf(username)
  const properties = { username, entraApplicationId: appId, tenantId: api.connection.tenantId }
  const path = `${armPath(serviceId)}/smtpUsernames/${name}`
  const answer = await api.call('PUT', path, query, { properties }, { 'if-none-match': '*' })
  if (answer.type === 'answered') {
    const remove = `postern communication smtp-username delete --smtp-username ${name} --comm-service-name ${serviceId}`
    ledger.note('SMTP user name', remove)
    return undefined
  }
  if (answer.status === 412)
    return failed(
      `The communication service has another SMTP user name called ${name}.`,
      'Choose another one with --username.',
    )
  return answer.status === 409 || answer.status === 400
    ? { ...answer, next: 'Choose another SMTP user name with --username.' }
    : answer
}

/** The server takes at most so many characters as the name of a secret. */
const LONGEST_NAME = 90

async function addSecret(
  api: Api,
  objectId: string,
  { name, endDateTime }: CredentialRequest,
  ledger: Ledger,
): Promise<NewPassword | Failure> {
  const displayName = name.slice(0, LONGEST_NAME)
  const made = await addPassword(api, objectId, { displayName, ...(endDateTime && { endDateTime }) })
  if (made.type === 'password')
    ledger.note('secret', `postern ad app credential delete --id ${objectId} --key-id ${made.password.keyId}`)
  return made
}
