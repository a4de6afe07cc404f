// The queue from the command line, against a quickstart whose mail goes to a smarthost: one application is held while another one goes
// on, a release sends what waited, a retry does not wait for the schedule, and what is deleted is over. The tests share a service.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { LATER, startDeferringSmarthost } from '../fixtures/deferring-smarthost.ts'
import { eventually } from '../fixtures/eventually.ts'
import { startPostern } from '../fixtures/postern-process.ts'
import { startIn, temporaryDirectory } from '../fixtures/quickstart-service.ts'
import { submitAs } from '../fixtures/queued-mail.ts'
import { addSendingApplication } from '../fixtures/sending-application.ts'

const smarthost = await startDeferringSmarthost({ after })
const removals: (() => Promise<void> | void)[] = []
const directory = temporaryDirectory({ after: (remove) => void removals.push(remove) })
const service = await startIn(directory, { POSTERN_DELIVERY: smarthost.url })
after(async () => {
  await service.stop()
  for (const remove of removals) await remove()
})
const { application, usernames, communicationServiceId } = service.quickstart
const own = { username: usernames.dot, secret: application.clientSecret }
const other = await addSendingApplication(service)

const postern = (...args: readonly string[]) => startPostern(args, { POSTERN_DATA_DIR: service.directory }).ended

async function succeed(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await postern(...args)
  assert.equal(code, 0, stderr)
  return stdout
}

type Queued = {
  readonly id: string
  readonly state: string
  readonly recipients: readonly { readonly attempts: number; readonly lastReply?: string }[]
}
async function queued(id: string): Promise<Queued | undefined> {
  const { status, json } = await service.api('GET', `/providers/Postern.Mail/queue/${id}`)
  return status === 200 ? (json as Queued) : undefined
}

/** Waits until it was put off, and is nobody's. */
const deferred = (id: string) =>
  eventually(async () => {
    const message = await queued(id)
    return message?.state === 'waiting' && message.recipients[0]?.lastReply === LATER ? message : undefined
  }, `the deferral of ${id}`)

test('an application that is held waits while another one goes on; a release sends what waited', async () => {
  const held = await succeed('queue', 'hold', '--application', application.applicationId, '--reason', 'too much')
  const [, hold = ''] = /Let go: postern queue release --hold (\S+)\n$/.exec(held) ?? []
  assert.match(await succeed('queue', 'holds'), new RegExp(`^${hold} .* too much$`, 'm'))
  const id = await submitAs(service, own, 'held')
  await submitAs(service, other, 'not held')
  await smarthost.takes('not held')
  assert.match(await succeed('queue', 'list', '--state', 'held'), new RegExp(`^${id} .* held .*example\\.test`, 'm'))
  const summary = await succeed('queue', 'summary')
  assert.match(summary, new RegExp(`^${application.applicationId} +contoso\\.example\\.test +1 +1 +1 `, 'm'))
  assert.match(
    await succeed('queue', 'show', id),
    new RegExp(`\\(too much\\)\\. Let go: postern queue release --hold ${hold}`),
  )
  assert.match(await succeed('queue', 'retry', '--id', id), /^0 messages due at once\.\n1 message held all the same/)
  assert.equal(smarthost.taken('held'), 0)
  assert.match(
    await succeed('queue', 'release', '--application', application.applicationId),
    /^Released mail of application/,
  )
  await smarthost.takes('held')
  assert.equal(await succeed('queue', 'holds'), 'Nothing is held.\n')
})

test('a retry sends at once what was put off, and message show tells every attempt', async () => {
  smarthost.isDeferring = true
  const id = await submitAs(service, own, 'put off')
  await deferred(id)
  assert.match(await succeed('queue', 'list'), new RegExp(`^${id} .* waiting +in \\d+ (?:s|min) .* 1 +${LATER}$`, 'm'))
  smarthost.isDeferring = false
  assert.equal(await succeed('queue', 'retry', '--destination', 'contoso.example.test'), '1 message due at once.\n')
  await smarthost.takes('put off')
  await eventually(async () => ((await queued(id)) === undefined ? true : undefined), 'its end')
  const shown = await succeed('message', 'show', id)
  assert.match(shown, /^\S+ \S+ +\S.* attempt .* deferred: smarthost: 4\.7\.1 .*localhost/m)
  assert.match(shown, /^\S+ \S+ +\S.* final .* delivered: smarthost: 2\.\d\.\d /m)
})

test('what is deleted is over: failed, an event, its sender told as far as anybody can be', async () => {
  smarthost.isDeferring = true
  const ids = [await submitAs(service, own, 'one'), await submitAs(service, own, 'two')]
  for (const id of ids) await deferred(id)
  const unsure = await postern('queue', 'delete', '--application', application.applicationId)
  assert.deepEqual(
    [unsure.code, unsure.stderr],
    [2, 'error: This deletes 2 messages.\nGive --yes when that is meant.\n'],
  )
  assert.equal(await succeed('queue', 'delete', '--id', ids[0] ?? '', '--report'), '1 message deleted.\n')
  assert.equal(
    await succeed('queue', 'delete', '--sender', service.quickstart.senderAddress, '--yes'),
    '1 message deleted.\n',
  )
  assert.equal(await succeed('queue', 'list'), 'Nothing waits here.\n')
  const [told, silent] = [
    await succeed('message', 'show', ids[0] ?? ''),
    await succeed('message', 'show', ids[1] ?? ''),
  ]
  for (const shown of [told, silent]) {
    assert.match(shown, /^Status +failed$/m)
    assert.match(shown, /operator: 5\.7\.1 deleted from the queue by an operator$/m)
  }
  assert.match(told, /no failed report to .*takes no mail; kept as an event$/m)
  assert.doesNotMatch(silent, /report/)
  smarthost.isDeferring = false
  const events = await service.server.storage.read.events.listEvents({
    tenantId: service.quickstart.tenantId,
    limit: 100,
  })
  const failures = events.filter(
    ({ data, type }) => type.endsWith('EmailDeliveryReportReceived') && ids.includes(String(data['messageId'])),
  )
  assert.deepEqual(
    failures.map(({ source, data }) => [source, data['status']]),
    [
      [communicationServiceId, 'Failed'],
      [communicationServiceId, 'Failed'],
    ],
  )
})

test('a suppressed address is not tried, until it is removed', async () => {
  await succeed('suppression', 'add', '--address', 'Reader@contoso.example.test', '--reason', 'asked us to')
  assert.match(
    await succeed('suppression', 'list'),
    /^reader@contoso\.example\.test {2}operator .* when removed .* asked us to$/m,
  )
  const id = await submitAs(service, own, 'suppressed')
  await eventually(async () => ((await queued(id)) === undefined ? true : undefined), 'its end')
  assert.match(await succeed('message', 'show', id), /suppressed .*asked us to/)
  await succeed('suppression', 'remove', '--address', 'reader@contoso.example.test')
  await submitAs(service, own, 'suppressed no more')
  await smarthost.takes('suppressed no more')
  assert.equal(smarthost.taken('suppressed'), 0)
})

test('destinations are shown', async () => {
  assert.match(await succeed('queue', 'destinations'), /^(?:Destination .*\nsmarthost +\d+ of \d+ |No destination)/)
})
