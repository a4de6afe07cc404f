// The article that everything here follows, as calls of Azure's own clients: a resource group, an email service with a managed domain,
// a communication service that it is linked to, an application with a secret, the custom role, its assignment and a short user name.
// Azure: control-plane reference §10, the minimal happy path.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { DEFAULT_REQUIRED_ACTIONS } from '../../src/access/check-send.ts'
import type { QuickstartService } from '../fixtures/quickstart-service.ts'
import { SmtpDialogue } from '../fixtures/smtp-dialogue.ts'
import type { ApplicationSecret, AzureClients, Graph } from './azure-clients.ts'

export const DATA_LOCATION = 'Europe'
export const READER = 'acdd72a7-3385-48ef-bd42-f606fba81ae7'
export const CONTRIBUTOR = 'b24988ac-6180-42a0-ab88-20f7382dd24c'

/** The id of a role by the GUID of its name, as clients write it. */
export const roleIdOf = (subscriptionId: string, name: string): string =>
  `/subscriptions/${subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${name}`

export type MailPlace = {
  readonly group: string
  readonly emailService: string
  readonly service: string
  readonly serviceId: string
  readonly domainId: string
  /** Of the managed domain. */
  readonly domain: string
}

/** Steps 1 to 4: what mail is sent through. Every name is new. */
export async function createMailPlace({ resources, communication }: AzureClients): Promise<MailPlace> {
  const suffix = randomUUID().slice(0, 8)
  const [group, emailService, service] = [`rg-${suffix}`, `email-${suffix}`, `mail-${suffix}`] as const
  await resources.resourceGroups.createOrUpdate(group, { location: 'westeurope', tags: { purpose: 'article' } })
  const of = { location: 'global', dataLocation: DATA_LOCATION }
  await communication.emailServices.beginCreateOrUpdateAndWait(group, emailService, of)
  const domain = await communication.domains.beginCreateOrUpdateAndWait(group, emailService, 'AzureManagedDomain', {
    location: 'global',
    domainManagement: 'AzureManaged',
  })
  assert.equal(domain.verificationStates?.dkim2?.status, 'Verified')
  const domainId = domain.id ?? ''
  const made = await communication.communicationServices.beginCreateOrUpdateAndWait(group, service, {
    ...of,
    linkedDomains: [domainId],
  })
  assert.deepEqual([made.provisioningState, made.linkedDomains], ['Succeeded', [domainId]])
  const serviceId = made.id ?? ''
  return { group, emailService, service, serviceId, domainId, domain: domain.fromSenderDomain ?? '' }
}

export type Sender = ApplicationSecret & {
  readonly objectId: string
  readonly principalId: string
  readonly keyId: string
}

/** Steps 5 to 7: an application, its service principal and a secret. */
export async function createSender(graph: Graph, displayName = `sender ${randomUUID()}`): Promise<Sender> {
  const application = await expectStatus(graph('POST', '/applications', { displayName }), 201)
  const objectId = String(application['id'])
  const applicationId = String(application['appId'])
  const principal = await expectStatus(graph('POST', '/servicePrincipals', { appId: applicationId }), 201)
  const password = await expectStatus(graph('POST', `/applications/${objectId}/addPassword`, {}), 200)
  const [keyId, clientSecret] = [String(password['keyId']), String(password['secretText'])]
  return { objectId, applicationId, principalId: String(principal['id']), keyId, clientSecret }
}

export async function expectStatus(
  answer: ReturnType<Graph>,
  status: number,
): Promise<Readonly<Record<string, unknown>>> {
  const seen = await answer
  assert.equal(seen.status, status, JSON.stringify(seen.json))
  return seen.json
}

/** Step 8: what the portal makes of a clone of Reader with three more permissions. Gives the full id. */
export async function createSenderRole(
  { authorization }: AzureClients,
  assignableScope: string,
  roleName = `SMTP Email Sender ${randomUUID()}`,
): Promise<string> {
  const reader = await authorization.roleDefinitions.get(assignableScope, READER)
  const [cloned] = reader.permissions ?? []
  const role = await authorization.roleDefinitions.createOrUpdate(assignableScope, randomUUID(), {
    roleName,
    description: 'A clone of Reader that may also send mail over SMTP.',
    roleType: 'CustomRole',
    permissions: [{ ...cloned, actions: [...(cloned?.actions ?? []), ...DEFAULT_REQUIRED_ACTIONS] }],
    assignableScopes: [assignableScope],
  })
  return role.id ?? ''
}

/** Step 9. Gives the name of the assignment. */
export async function assignRole(
  { authorization }: AzureClients,
  scope: string,
  roleDefinitionId: string,
  { id: principalId, type: principalType }: { readonly id: string; readonly type: 'ServicePrincipal' | 'Group' },
): Promise<string> {
  const name = randomUUID()
  await authorization.roleAssignments.create(scope, name, { roleDefinitionId, principalId, principalType })
  return name
}

export const threePartName = (place: Pick<MailPlace, 'service'>, sender: ApplicationSecret, tenantId: string) =>
  [place.service, sender.applicationId, tenantId].join('.')

/** Signs in over STARTTLS; the session is the caller's to end. */
export async function openSession(service: QuickstartService, username: string, secret: string): Promise<SmtpDialogue> {
  const dialogue = await SmtpDialogue.openSecure(service.quickstart.smtp.port, service.ca)
  assert.match(await dialogue.authenticate(username, secret), /^235 2\.7\.0 /)
  return dialogue
}

/** Step 11: signs in, sends one message and waits for it in the capture inbox. */
export async function sendMail(
  service: QuickstartService,
  credential: { readonly username: string; readonly secret: string; readonly from: string },
): Promise<void> {
  const { username, secret, from } = credential
  const subject = `article ${randomUUID()}`
  const dialogue = await openSession(service, username, secret)
  const content = [`From: ${from}`, `Subject: ${subject}`, '', 'Hello.']
  assert.match(await dialogue.submit(from, ['reader@recipient.example.test'], content), /^250 2\.0\.0 Ok: queued as /)
  dialogue.destroy()
  assert.equal((await service.arrived(subject)).envelope.reversePath, from)
}
