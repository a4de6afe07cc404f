// The ways in which an operator takes the right to send away through the management API, each against an SMTP session that is open
// already and has just sent a message: what the session is answered to its next MAIL is what revocation is worth.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { QuickstartService } from '../fixtures/quickstart-service.ts'
import type { SmtpDialogue } from '../fixtures/smtp-dialogue.ts'
import {
  assignRole,
  createMailPlace,
  createSender,
  createSenderRole,
  expectStatus,
  type MailPlace,
  openSession,
  type Sender,
  threePartName,
} from './article.ts'
import { administratorCredential, type AzureClients, connectAzure, connectGraph, type Graph } from './azure-clients.ts'

/** A session that is open and may send, and what takes the right away; that is done when it resolves. */
export type OpenRight = { readonly dialogue: SmtpDialogue; readonly from: string; revoke(): Promise<void> }

export type Revocation = {
  readonly name: string
  /** How the next MAIL is refused. */
  readonly refused: RegExp
  open(): Promise<OpenRight>
}

type Ground = {
  /** Of the API. */
  readonly service: QuickstartService
  /** Where mail is sent. */
  readonly edge: QuickstartService
  readonly clients: AzureClients
  readonly graph: Graph
  readonly place: MailPlace
  readonly roleId: string
}

const GONE = /^421 4\.7\.0 Credentials no longer valid, closing \[[0-9A-HJKMNP-TV-Z]{10}\]$/
const UNLINKED =
  /^550 5\.1\.7 The specified sender domain has not been linked\. Domain: \S+ \[[0-9A-HJKMNP-TV-Z]{10}\]$/
const RECIPIENT = 'reader@recipient.example.test'

/** Makes what they share: a place for mail, a role, and a sender for each. `edge` may be another node than that of the API. */
export async function prepareRevocations(
  service: QuickstartService,
  edge: QuickstartService = service,
): Promise<readonly Revocation[]> {
  const credential = administratorCredential(service)
  const clients = connectAzure(service, credential)
  const graph = connectGraph(service, credential)
  const place = await createMailPlace(clients)
  const roleId = await createSenderRole(clients, place.serviceId)
  const ground = { service, edge, clients, graph, place, roleId }
  return [
    await secretRemoval(ground),
    await assignmentDeletion(ground),
    await groupRemoval(ground),
    applicationDeletion(ground),
    // The last, since it leaves the others nothing to send from.
    await domainUnlinking(ground),
  ]
}

async function openRight(
  { service, edge, place }: Ground,
  sender: Sender,
  secret: string,
  revoke: OpenRight['revoke'],
): Promise<OpenRight> {
  const username = threePartName(place, sender, service.quickstart.tenantId)
  const dialogue = await openSession(edge, username, secret)
  const from = `DoNotReply@${place.domain}`
  const content = [`From: ${from}`, 'Subject: revocation', '', 'Hello.']
  assert.match(await dialogue.submit(from, [RECIPIENT], content), /^250 2\.0\.0 /)
  return { dialogue, from, revoke }
}

async function createAllowedSender({ graph, clients, place, roleId }: Ground): Promise<Sender> {
  const sender = await createSender(graph)
  await assignRole(clients, place.serviceId, roleId, { id: sender.principalId, type: 'ServicePrincipal' })
  return sender
}

async function secretRemoval(ground: Ground): Promise<Revocation> {
  const sender = await createAllowedSender(ground)
  const path = `/applications/${sender.objectId}`
  const open = async () => {
    const { keyId, secretText } = await expectStatus(ground.graph('POST', `${path}/addPassword`, {}), 200)
    const revoke = async () => {
      await expectStatus(ground.graph('POST', `${path}/removePassword`, { keyId }), 204)
    }
    return openRight(ground, sender, String(secretText), revoke)
  }
  return { name: 'the secret is deleted', refused: GONE, open }
}

async function assignmentDeletion(ground: Ground): Promise<Revocation> {
  const { clients, graph, place, roleId } = ground
  const sender = await createSender(graph)
  const open = async () => {
    const name = await assignRole(clients, place.serviceId, roleId, {
      id: sender.principalId,
      type: 'ServicePrincipal',
    })
    const revoke = async () => {
      await clients.authorization.roleAssignments.delete(place.serviceId, name)
    }
    return openRight(ground, sender, sender.clientSecret, revoke)
  }
  return { name: 'the role assignment is deleted', refused: GONE, open }
}

async function groupRemoval(ground: Ground): Promise<Revocation> {
  const { clients, graph, place, roleId, service } = ground
  const sender = await createSender(graph)
  const body = {
    displayName: `senders ${randomUUID()}`,
    mailEnabled: false,
    mailNickname: 'senders',
    securityEnabled: true,
  }
  const group = String((await expectStatus(graph('POST', '/groups', body), 201))['id'])
  await assignRole(clients, place.serviceId, roleId, { id: group, type: 'Group' })
  const member = { '@odata.id': `${service.quickstart.endpoint}v1.0/directoryObjects/${sender.principalId}` }
  const open = async () => {
    await expectStatus(graph('POST', `/groups/${group}/members/$ref`, member), 204)
    const revoke = async () => {
      await expectStatus(graph('DELETE', `/groups/${group}/members/${sender.principalId}/$ref`), 204)
    }
    return openRight(ground, sender, sender.clientSecret, revoke)
  }
  return { name: 'the principal leaves its group', refused: GONE, open }
}

async function domainUnlinking(ground: Ground): Promise<Revocation> {
  const { clients, place } = ground
  const sender = await createAllowedSender(ground)
  const link = async (linkedDomains: string[]) => {
    await clients.communication.communicationServices.update(place.group, place.service, { linkedDomains })
  }
  const open = async () => {
    await link([place.domainId])
    return openRight(ground, sender, sender.clientSecret, () => link([]))
  }
  return { name: 'the domain is unlinked', refused: UNLINKED, open }
}

function applicationDeletion(ground: Ground): Revocation {
  const open = async () => {
    const sender = await createAllowedSender(ground)
    const revoke = async () => {
      await expectStatus(ground.graph('DELETE', `/applications/${sender.objectId}`), 204)
    }
    return openRight(ground, sender, sender.clientSecret, revoke)
  }
  return { name: 'the application is deleted', refused: GONE, open }
}
