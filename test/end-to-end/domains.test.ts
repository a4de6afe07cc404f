// A customer's domain from nothing to its first mail and back, in a whole service whose resolver is POSTERN_DNS: made, published as
// shown, verified, linked, sent from in a session that is open, and refused there once the proof is gone.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { openDnsZone } from '../fixtures/dns-zone.ts'
import { startIn, temporaryDirectory } from '../fixtures/quickstart-service.ts'
import { SmtpDialogue } from '../fixtures/smtp-dialogue.ts'

const VERSION = 'api-version=2023-04-01'
const NAME = 'contoso.test'
const SENDER = `DoNotReply@${NAME}`

type DnsRecord = { readonly type: 'TXT'; readonly name: string; readonly value: string }
type Domain = {
  readonly id: string
  readonly properties: {
    readonly dataLocation: string
    readonly linkedDomains?: readonly string[]
    readonly verificationStates: Readonly<Record<string, { readonly status: string }>>
    readonly verificationRecords: Readonly<Record<string, DnsRecord>>
  }
}

const directory = temporaryDirectory({ after })
const zone = await openDnsZone()
after(() => zone.close())

test('a domain is verified by DNS, sends, and stops sending in the open session when its proof is gone', async (t) => {
  const service = await startIn(directory, { POSTERN_DNS: zone.server })
  t.after(() => service.stop())
  const { quickstart } = service
  const api = async (method: string, path: string, body?: unknown) => {
    const { status, json } = await service.api(method, `${path}?${VERSION}`, body)
    assert(status === 200 || status === 201, `${method} ${path}: ${status} ${JSON.stringify(json)}`)
    return json as Domain
  }
  const group = quickstart.communicationServiceId.replace(/\/communicationServices\/.*/, '')
  const path = `${group}/emailServices/${quickstart.emailService}/domains/${NAME}`

  const domain = await api('PUT', path, { location: 'global', properties: { domainManagement: 'CustomerManaged' } })
  for (const { name, type, value } of Object.values(domain.properties.verificationRecords))
    zone.add(name === NAME ? name : `${name}.${NAME}`, { type, value })
  for (const verificationType of ['Domain', 'SPF', 'DKIM', 'DKIM2']) {
    const { properties } = await api('POST', `${path}/initiateVerification`, { verificationType })
    assert.equal(properties.verificationStates[verificationType]?.status, 'Verified')
  }
  const { linkedDomains = [] } = (await api('GET', quickstart.communicationServiceId)).properties
  await api('PATCH', quickstart.communicationServiceId, {
    properties: { linkedDomains: [...linkedDomains, domain.id] },
  })

  const session = await SmtpDialogue.openSecure(quickstart.smtp.port, service.ca)
  assert.match(await session.authenticate(quickstart.usernames.alias, quickstart.application.clientSecret), /^235 /)
  const content = [`From: ${SENDER}`, 'Subject: from a domain of our own', '', 'Hello.']
  assert.match(await session.submit(SENDER, ['reader@recipient.example.test'], content), /^250 2\.0\.0 /)

  zone.remove(NAME)
  await api('POST', `${path}/initiateVerification`, { verificationType: 'Domain' })
  assert.match(
    await session.command(`MAIL FROM:<${SENDER}>`),
    /^550 5\.1\.7 The specified sender domain has not been linked\./,
  )
  assert.deepEqual((await api('GET', quickstart.communicationServiceId)).properties.linkedDomains, linkedDomains)
})
