// Two nodes on one database: what is held, released or tried again on one of them counts on the other one at once.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { startDeferringSmarthost } from '../fixtures/deferring-smarthost.ts'
import { eventually } from '../fixtures/eventually.ts'
import { startPostgres } from '../fixtures/postgres-server.ts'
import { type QuickstartService, startIn, temporaryDirectory } from '../fixtures/quickstart-service.ts'
import { submitAs } from '../fixtures/queued-mail.ts'
import { addSendingApplication } from '../fixtures/sending-application.ts'

const MAIL = '/providers/Postern.Mail'
const database = await startPostgres()
after(() => database.stop())

async function post({ api }: QuickstartService, path: string, body: object) {
  const { status, json } = await api('POST', `${MAIL}/${path}`, body)
  assert.equal(status, 200, JSON.stringify(json))
  return (json as { readonly value: readonly { readonly id: string; readonly outcome?: string }[] }).value
}

async function held({ api }: QuickstartService): Promise<readonly string[]> {
  const { json } = await api('GET', `${MAIL}/queue?state=held`)
  return (json as { readonly value: readonly { readonly id: string }[] }).value.map(({ id }) => id)
}

test('a hold, a release and a retry on one node count on the other', async (t) => {
  const smarthost = await startDeferringSmarthost(t)
  const variables = { POSTERN_STORE: await database.createDatabase(), POSTERN_DELIVERY: smarthost.url }
  const one = await startIn(temporaryDirectory(t), variables)
  t.after(() => one.stop())
  const two = await startIn(temporaryDirectory(t), variables)
  t.after(() => two.stop())
  const { application, usernames } = one.quickstart
  const own = { username: usernames.dot, secret: application.clientSecret }
  const other = await addSendingApplication(one)

  const [hold] = await post(one, 'queue/hold', { applicationId: application.applicationId })
  const ids = [await submitAs(two, own, 'held'), await submitAs(one, own, 'held too')]
  await submitAs(two, other, 'not held')
  await submitAs(one, other, 'not held either')
  await smarthost.takes('not held')
  await smarthost.takes('not held either')
  assert.deepEqual(new Set(await held(two)), new Set(ids))
  assert.deepEqual([smarthost.taken('held'), smarthost.taken('held too')], [0, 0])
  assert.equal((await two.api('DELETE', `${MAIL}/holds/${hold?.id}`)).status, 204)
  await smarthost.takes('held')
  await smarthost.takes('held too')
  assert.deepEqual(await held(one), [])

  smarthost.isDeferring = true
  const id = await submitAs(two, own, 'put off')
  const look = async () => ((await post(one, 'queue/retry', { ids: [id] }))[0]?.outcome === 'due' ? true : undefined)
  const tried = async () => {
    const { json } = await one.api('GET', `${MAIL}/queue/${id}`)
    return (json as { readonly recipients: readonly { readonly lastReply?: string }[] }).recipients[0]?.lastReply
  }
  await eventually(tried, 'the first attempt')
  smarthost.isDeferring = false
  await eventually(look, 'the retry')
  await smarthost.takes('put off')
  const subjects = ['held', 'held too', 'not held', 'not held either', 'put off']
  assert.deepEqual(
    subjects.map((subject) => smarthost.taken(subject)),
    [1, 1, 1, 1, 1],
  )
})
