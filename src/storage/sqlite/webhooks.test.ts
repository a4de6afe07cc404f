import assert from 'node:assert/strict'
import { mailTests, queueIdAt, SERVICE } from '../mail-store.fixture.ts'
import { A, AT, change } from '../two-tenants.fixture.ts'
import { describeWebhooks, subscriptionOf } from '../webhooks.contract.ts'
import { openTemporaryMailStore } from './temporary-mail-store.fixture.ts'

describeWebhooks('sqlite', openTemporaryMailStore)

mailTests('sqlite webhooks', openTemporaryMailStore)(
  'a start takes up what the dead were sending, and leaves what waits to be tried again',
  async ({ write }) => {
    const one = subscriptionOf()
    const { subscriptionId } = one
    await write.webhooks.putEventSubscription(change(), one)
    const event = { tenantId: A.tenantId, source: SERVICE, subject: 's', type: 'T', at: AT, data: {} }
    const [failing, lost] = [queueIdAt(AT), queueIdAt(AT)]
    const claim = async (at: number) =>
      write.webhooks.claimDeliveries({ subscriptionId, at, leaseUntil: at + 60, limit: 9 })
    await write.events.appendEvents([{ ...event, eventId: failing }])
    await write.webhooks.spreadEvents(9, AT)
    const [first] = await claim(AT)
    assert(first !== undefined)
    await write.webhooks.settleDelivery({
      subscriptionId,
      eventId: failing,
      token: first.token,
      attempt: { at: AT, detail: 'it answers 500' },
      outcome: { type: 'pending', nextAt: AT + 50 },
    })
    await write.events.appendEvents([{ ...event, eventId: lost }])
    await write.webhooks.spreadEvents(9, AT)
    assert.equal((await claim(AT)).length, 1)
    assert.deepEqual(await claim(AT), [])
    await write.spool.voidClaims()
    assert.deepEqual(
      (await claim(AT)).map(({ event: { eventId } }) => eventId),
      [lost],
    )
    assert.equal((await claim(AT + 50)).length, 1)
  },
)
