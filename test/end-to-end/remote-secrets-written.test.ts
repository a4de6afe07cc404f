// Everything that a service writes while its logins are proven by a provider that is somewhere else: what it says and logs, at the most
// talkative, and every file of its data directory, the database and its log of changes included. No secret that a device sent is in it,
// right or wrong, and no token that the provider gave, in any form that a reader could turn back.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { EMAIL_SENDER } from '../../src/access/built-in-roles.ts'
import { ENTRA_ERRORS } from '../fixtures/entra-errors.ts'
import { startEntraServer } from '../fixtures/entra-server.ts'
import { startPostern } from '../fixtures/postern-process.ts'
import {
  httpsRequest,
  QUICKSTART_ENVIRONMENT,
  readQuickstart,
  temporaryDirectory,
} from '../fixtures/quickstart-service.ts'
import { ROLE_API_VERSION } from '../fixtures/sending-application.ts'
import { SmtpDialogue } from '../fixtures/smtp-dialogue.ts'

const SECRETS = {
  right: 'CANARYright~+/=&%0123456789abcdef',
  wrong: 'CANARYwrong~+/=&%0123456789abcdef',
  blocked: 'CANARYblock~+/=&%0123456789abcdef',
  unknown: 'CANARYunkno~+/=&%0123456789abcdef',
  username: 'CANARYuser0~+/=&%0123456789abcdef',
}

/** As it is, in base64 at each offset, in hexadecimal, and encoded for forms and JSON; by their insides, which no neighbour changes. */
function formsOf(text: string): readonly string[] {
  const shifted = [0, 1, 2].map((offset) =>
    Buffer.from(`${'x'.repeat(offset)}${text}`)
      .toString('base64')
      .slice(4, -4),
  )
  const plain = [text, encodeURIComponent(text), new URLSearchParams({ a: text }).toString().slice(2)]
  const hex = Buffer.from(text).toString('hex')
  return [...plain, JSON.stringify(text).slice(1, -1), ...shifted, hex, hex.toUpperCase()]
}

function filesBelow(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}

test('no secret of a login and no token of its provider is written anywhere', async () => {
  const directory = temporaryDirectory({ after })
  const service = startPostern(['quickstart'], {
    ...QUICKSTART_ENVIRONMENT,
    POSTERN_LOG_LEVEL: 'trace',
    POSTERN_ALLOW_PRIVATE: '127.0.0.0/8,::1/128',
    POSTERN_DATA_DIR: directory,
  })
  after(() => service.signal('SIGKILL'))
  await service.printed('Stop with Ctrl-C.')
  const quickstart = readQuickstart(directory)
  const { tenantId, senderAddress } = quickstart
  const ca = readFileSync(quickstart.caFile, 'utf8')
  const [sender, blocked] = [randomUUID(), randomUUID()] as const
  const objectId = randomUUID()
  const entra = await startEntraServer({ after }, tenantId, [
    { applicationId: sender, objectId, secret: SECRETS.right },
    { applicationId: blocked, objectId: randomUUID(), secret: SECRETS.blocked, error: ENTRA_ERRORS.policy },
  ])
  const http = (method: string, path: string, headers: Record<string, string>, body?: string) =>
    httpsRequest(new URL(path, quickstart.endpoint), ca, method, body === undefined ? { headers } : { headers, body })
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: quickstart.administrator.applicationId,
    client_secret: quickstart.administrator.clientSecret,
    scope: `${quickstart.endpoint}.default`,
  }).toString()
  const formType = { 'content-type': 'application/x-www-form-urlencoded' }
  const given = await http('POST', `/${tenantId}/oauth2/v2.0/token`, formType, form)
  const { access_token: bearer } = JSON.parse(given.octets.toString()) as { access_token: string }
  const put = async (path: string, properties: object) => {
    const headers = { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' }
    const { status, octets } = await http('PUT', path, headers, JSON.stringify({ properties }))
    assert.ok(status === 200 || status === 201, octets.toString())
  }
  const configure = (recheck: string) =>
    put(`/providers/Postern.Mail/identityProviders/${tenantId}`, {
      provider: 'entra',
      entra: { authority: entra.authority },
      ca: entra.ca,
      timeout: '500ms',
      recheck,
    })
  const assignment = `${quickstart.communicationServiceId}/providers/Microsoft.Authorization/roleAssignments/${randomUUID()}`
  const roleDefinitionId = `/providers/Microsoft.Authorization/roleDefinitions/${EMAIL_SENDER.name}`
  await configure('message')
  await put(`${assignment}?api-version=${ROLE_API_VERSION}`, { roleDefinitionId, principalId: objectId })

  const login = async (application: string, secret: string, work?: (dialogue: SmtpDialogue) => Promise<void>) => {
    const dialogue = await SmtpDialogue.openSecure(quickstart.smtp.port, ca)
    const reply = await dialogue.authenticate(
      [quickstart.communicationService, application, tenantId].join('.'),
      secret,
    )
    await work?.(dialogue)
    dialogue.destroy()
    return reply
  }
  const content = [`From: ${senderAddress}`, 'Subject: x', '', 'Hello.']
  const send = async (dialogue: SmtpDialogue) => {
    assert.match(await dialogue.submit(senderAddress, ['you@example.test'], content), /^250 /)
  }
  assert.match(await login(sender, SECRETS.right, send), /^235 /)
  const refused = await Promise.all([
    login(sender, SECRETS.wrong),
    login(blocked, SECRETS.blocked),
    login(randomUUID(), SECRETS.unknown),
    login(SECRETS.username, 'anything'),
  ])
  for (const reply of refused) assert.match(reply, /^535 /)
  for (const fault of ['garbage', 'silent', 'error 500', 'reset'] as const) {
    entra.misbehave(fault)
    assert.match(await login(sender, SECRETS.right), /^454 /)
  }
  entra.misbehave('spilled')
  assert.match(await login(sender, SECRETS.right), /^454 /)
  entra.misbehave('echo')
  assert.match(await login(sender, SECRETS.right), /^535 /)
  entra.misbehave(undefined)
  await service.signal('SIGTERM')

  const { stdout, stderr } = await service.ended
  const files = filesBelow(directory)
  assert.ok(files.length > 5)
  const written = [
    ['standard output', Buffer.from(stdout)],
    ['standard error', Buffer.from(stderr)],
    ...files.map((file) => [file, readFileSync(file)] as const),
  ] as const
  // The search finds what is there: the administrator's secret in quickstart.json.
  const known = quickstart.administrator.clientSecret
  assert.ok(written.some(([, octets]) => octets.includes(known)))
  assert.ok(entra.tokens.length >= 2)
  for (const secret of [...Object.values(SECRETS), ...entra.tokens])
    for (const form of formsOf(secret))
      for (const [place, octets] of written) assert.ok(!octets.includes(form), `${place} holds ${form.slice(0, 16)}…`)
  for (const token of entra.tokens)
    for (const part of token.split('.').slice(1))
      for (const [place, octets] of written) assert.ok(!octets.includes(part), `${place} holds a part of a token`)
})
