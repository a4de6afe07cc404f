// Searching every message log: each filter alone and together, in pages, never across tenants or resources.

import assert from 'node:assert/strict'
import {
  claimAt,
  enqueue,
  type MailStore,
  mailTests,
  OTHER_SERVICE,
  SERVICE,
  settleAll,
} from '../storage/mail-store.fixture.ts'
import { A, AT, B } from '../storage/two-tenants.fixture.ts'
import type { MessageFilter, SpooledEnvelope } from './spool.ts'

const DAY = 86_400_000
const to = (...addresses: readonly string[]): Pick<SpooledEnvelope, 'recipients'> => ({
  recipients: addresses.map((forwardPath) => ({ forwardPath, parameters: {} })),
})

/** By name, with what differs from an ordinary message. */
const MAIL: Readonly<Record<string, Partial<SpooledEnvelope>>> = {
  old: { receivedAt: AT - 3 * DAY, ...to('one@example.com') },
  mixed: { receivedAt: AT - 2 * DAY, ...to('a@x.test', 'One@EXAMPLE.com') },
  sent: { receivedAt: AT - DAY, reversePath: 'Billing@Contoso.example', ...to('x+y@x.test') },
  report: { receivedAt: AT - 100, reversePath: '', ...to('a@x.test') },
  foreignApp: { receivedAt: AT - 50, applicationId: '0e9a1f7e-3d55-4c9f-8a1e-0b8a5f2c9d10', ...to('a@x.test') },
  elsewhere: { receivedAt: AT, resourceId: OTHER_SERVICE, internetMessageId: 'same@x', ...to('grüße@bücher.example') },
  twin: { receivedAt: AT, internetMessageId: 'same@x', ...to('a@x.test') },
  theirs: { receivedAt: AT, tenantId: B.tenantId, internetMessageId: 'same@x', ...to('one@example.com') },
}

const cases: readonly (readonly [name: string, filter: MessageFilter & { resourceIds?: string[] }, found: string])[] = [
  ['nothing is everything', {}, 'twin elsewhere foreignApp report sent mixed old'],
  ['a recipient, in any case, among others', { recipient: 'ONE@example.COM' }, 'mixed old'],
  ['a recipient by its U-label or its A-label', { recipient: 'grüße@xn--bcher-kva.example' }, 'elsewhere'],
  ['a recipient with what LIKE would take for a pattern', { recipient: 'x_y@x.test' }, ''],
  ['a recipient with a plus', { recipient: 'x+y@x.test' }, 'sent'],
  ['a sender', { sender: 'billing@contoso.example' }, 'sent'],
  ['reports have no sender', { sender: '' }, 'report'],
  ['an address that is a recipient only is no sender', { sender: 'one@example.com' }, ''],
  ['an application', { applicationId: '0E9A1F7E-3D55-4C9F-8A1E-0B8A5F2C9D10' }, 'foreignApp'],
  ['a status that is over', { status: 'delivered' }, 'mixed'],
  ['what is queued', { status: 'queued' }, 'twin elsewhere foreignApp report sent old'],
  ['what is queued of one resource', { status: 'queued', resourceIds: [OTHER_SERVICE.toUpperCase()] }, 'elsewhere'],
  ['since, to the millisecond', { since: AT - 50 }, 'twin elsewhere foreignApp'],
  ['until, to the millisecond', { until: AT - 2 * DAY }, 'mixed old'],
  ['between', { since: AT - DAY, until: AT - 100 }, 'report sent'],
  ['a Message-ID that several have', { messageId: 'same@x' }, 'twin elsewhere'],
  ['a Message-ID on one resource', { messageId: 'same@x', resourceIds: [OTHER_SERVICE] }, 'elsewhere'],
  ['a Message-ID and a time', { messageId: 'same@x', until: AT - 1 }, ''],
  ['several at once', { recipient: 'a@x.test', since: AT - 100, resourceIds: [SERVICE] }, 'twin foreignApp report'],
  ['no resource is nothing', { resourceIds: [] }, ''],
]

/** `open` gives an empty store. */
export function describeMessageSearch(name: string, open: () => Promise<MailStore>): void {
  const searchTest = mailTests(`${name} message search`, open)

  searchTest('each filter finds what fits, newest first, of one tenant', async (store) => {
    const names = new Map<string, string>()
    for (const [key, changes] of Object.entries(MAIL)) names.set(await enqueue(store, changes), key)
    for (const claim of await claimAt(store, AT))
      if (names.get(claim.envelope.queueId) === 'mixed') await settleAll(store, claim, 'delivered', AT)
    const { tenantId } = A
    for (const [title, filter, found] of cases) {
      const { messages, next } = await store.read.messages.search({ tenantId, limit: 100, ...filter })
      assert.equal(messages.map(({ queueId }) => names.get(queueId)).join(' '), found, title)
      assert.equal(next, undefined, title)
    }
  })

  searchTest('pages go on where the one before ended, and the last one says so', async (store) => {
    const ids: string[] = []
    for (let index = 0; index < 7; index += 1)
      ids.unshift(
        await enqueue(store, { receivedAt: AT + index, resourceId: index % 2 === 0 ? SERVICE : OTHER_SERVICE }),
      )
    const wanted: readonly MessageFilter[] = [{}, { recipient: 'one@example.com' }, { status: 'queued' }, { since: AT }]
    for (const filter of wanted) {
      const seen: string[] = []
      let before: string | undefined
      do {
        const query = { tenantId: A.tenantId, limit: 3, ...filter, ...(before === undefined ? {} : { before }) }
        const { messages, next } = await store.read.messages.search(query)
        seen.push(...messages.map(({ queueId }) => queueId))
        before = next
      } while (before !== undefined)
      assert.deepEqual(seen, ids)
    }
  })
}
