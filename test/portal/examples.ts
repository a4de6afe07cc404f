// Something of each kind that pages are about, made or found over the API, for the pages whose address names one.

import assert from 'node:assert/strict'
import { answering, ca, openReceiver } from '../../src/events/webhook.fixture.ts'
import type { Cleanup, QuickstartService } from '../fixtures/quickstart-service.ts'
import { makePerson } from './people.ts'
import type { Examples } from './places.ts'
import { quickstartLogin, sendMail } from './sending.ts'

export const LOCAL_NETWORKS = { POSTERN_ALLOW_PRIVATE: '127.0.0.0/8,::1/128' }

/** The service may reach `LOCAL_NETWORKS`. */
export async function findExamples(context: Cleanup, service: QuickstartService): Promise<Examples> {
  const { quickstart } = service
  const { applicationId } = quickstart.application
  const [message] = await service.accepted(applicationId)
  const [capture] = await service.captures()
  assert.ok(message !== undefined && capture !== undefined, 'the quickstart sent its welcome')
  const { id: personId } = await makePerson(service, 'Robin Example')
  const groupId = await makeGroup(service, 'Senders', personId)
  const reference = await failToSignIn(service)
  const subscription = `events/subscriptions/${await makeSubscription(context, service)}`
  const parts = (base: string, names: readonly string[]) => [base, ...names.map((name) => `${base}/${name}`)]
  return {
    'messages/:id': [`messages/${message.id}`],
    'captures/:id': [`captures/${capture.id}`],
    'events/subscriptions/:name': [subscription],
    'events/subscriptions/:name/edit': [`${subscription}/edit`],
    'failed-logins/:reference': [`failed-logins/${reference}`],
    'applications/:appId/:part?': parts(`applications/${applicationId}`, ['credentials', 'roles', 'owners', 'sending']),
    'groups/:id/:part?': parts(`groups/${groupId}`, ['members', 'roles']),
    'users/:id/:part?': parts(`users/${personId}`, ['passkeys', 'groups', 'roles']),
    'create/:kind': ['resource-group', 'communication-service', 'email-service'].map((kind) => `create/${kind}`),
  }
}

async function makeGroup({ api }: QuickstartService, displayName: string, memberId: string): Promise<string> {
  const mailNickname = displayName.toLowerCase()
  const group = { displayName, mailNickname, mailEnabled: false, securityEnabled: true }
  const { status, json } = await api('POST', '/v1.0/groups', group)
  assert.equal(status, 201, JSON.stringify(json))
  const { id } = json as { readonly id: string }
  const member = { '@odata.id': `https://graph.microsoft.com/v1.0/directoryObjects/${memberId}` }
  assert.equal((await api('POST', `/v1.0/groups/${id}/members/$ref`, member)).status, 204)
  return id
}

/** Of the whole tenant; its endpoint waits for somebody to agree. */
async function makeSubscription(context: Cleanup, { api }: QuickstartService): Promise<string> {
  const receiver = await openReceiver(answering(202))
  context.after(() => receiver.close())
  const path = '/providers/Postern.Mail/eventSubscriptions/monitor'
  const { status, json } = await api('PUT', path, { properties: { endpointUrl: receiver.url, ca } })
  assert.equal(status, 201, JSON.stringify(json))
  return 'monitor'
}

/** The reference of the refusal. */
async function failToSignIn(service: QuickstartService): Promise<string> {
  const reply = await sendMail(service, { ...quickstartLogin(service), password: 'obviously-wrong' }, '')
  return /\[(\w{10})\]/.exec(reply)?.[1] ?? assert.fail(reply)
}
