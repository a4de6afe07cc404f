// The test message of a device over HTTP: what it is told, what is queued, who may ask, and that nobody tries passwords of others out.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { CONTRIBUTOR, POSTERN_ADMINISTRATOR, READER } from '../../access/built-in-roles.ts'
import { A, B, change, domain, emailService, senderUsername } from '../../storage/two-tenants.fixture.ts'
import { type HttpFixture, openHttpFixture, type Program, putService } from '../http.fixture.ts'

const PATH = '/providers/Postern.Mail/sendTest'
const FROM = 'donotreply@a.example.test'

let http: HttpFixture
let administrator: string
let device: Program
before(async () => {
  http = await openHttpFixture()
  const mail = domain(A, 'mail', 'a.example.test')
  for (const one of [emailService(A, 'mail'), mail, senderUsername(A, 'mail', 'a.example.test', 'donotreply')])
    await http.storage.write.resources.putResource(change(), one)
  const { id } = await putService(http.storage, A, 'one', [mail.id])
  administrator = await http.token(await http.program(A, POSTERN_ADMINISTRATOR.name))
  device = await http.program(A, CONTRIBUTOR.name, id)
})
after(() => http.close())

type Result = {
  readonly outcome: string
  readonly stage: string
  readonly reply: string
  readonly queueId: string | null
  readonly reference: string | null
}

async function send(
  changes: object = {},
  token = administrator,
): Promise<{ readonly status: number; readonly body: Result }> {
  const username = `one.${device.applicationId}.${A.tenantId}`
  const json = { username, password: device.secret, from: FROM, to: 'someone@example.test', ...changes }
  const answer = await http.request('POST', PATH, { token, json })
  return { status: answer.status, body: (await answer.json()) as Result }
}

test('the message is queued in the name of the application', async () => {
  const { status, body } = await send()
  assert.deepEqual([status, body.outcome, body.stage], [200, 'queued', 'message'])
  assert.match(body.reply, /^250 2\.0\.0 Ok: queued as /)
  const message = await http.storage.read.messages.find(A.tenantId, body.queueId ?? '')
  assert.equal(message?.applicationId, device.applicationId)
})

test('a wrong password and a sender that may not be used are told as the device is told, with a reference', async () => {
  const wrong = (await send({ password: 'wrong' })).body
  assert.deepEqual([wrong.outcome, wrong.stage, wrong.queueId], ['refused', 'login', null])
  assert.match(wrong.reply, /^535 5\.7\.8 Authentication unsuccessful/)
  const path = `/providers/Postern.Mail/decisions/${wrong.reference}`
  assert.equal((await http.request('GET', path, { token: administrator })).status, 200)
  const stranger = (await send({ from: 'someone@elsewhere.test' })).body
  assert.deepEqual([stranger.outcome, stranger.stage], ['refused', 'message'])
  assert.match(stranger.reply, /^550 5\.1\.7 /)
  assert.notEqual(stranger.reference, null)
})

test('it needs the right to read decisions, and is for the own tenant', async () => {
  for (const token of [await http.token(device), await http.token(await http.program(A, READER.name))])
    assert.equal((await send({}, token)).status, 403)
  const foreign = await http.token(await http.program(B, POSTERN_ADMINISTRATOR.name))
  const { body } = await send({}, foreign)
  assert.deepEqual([body.outcome, body.stage], ['refused', 'login'])
})

test('what is no address is refused before anything is proven', async () => {
  for (const changes of [{ from: 'nobody' }, { to: 'a b@example.test' }, { password: '' }, { username: '' }])
    assert.equal((await send(changes)).status, 400)
})
