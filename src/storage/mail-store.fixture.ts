// Fixture of the suites about mail: a store with two tenants, mail to put into it, and content to tell apart.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ContentRef, ContentStore } from '../content/content.ts'
import { createQueueIds } from '../spool/queue-id.ts'
import type { Claim, NewMessage, RecipientOutcome, SpooledEnvelope } from '../spool/spool.ts'
import type { NewEmailOperation } from './email-operations.ts'
import type { Storage } from './storage.ts'
import { A, AT, seedTwoTenants } from './two-tenants.fixture.ts'

export type MailStore = Storage & { readonly content: ContentStore }

/** Declares tests that each get a store of their own. `open` gives an empty one. */
export function mailTests<Store extends MailStore>(name: string, open: () => Promise<Store>) {
  return (title: string, body: (store: Store) => Promise<void>): void => {
    test(`${name}: ${title}`, async () => {
      beginQueueIds()
      const store = await seedTwoTenants(await open())
      try {
        await body(store)
      } finally {
        await store.close()
      }
    })
  }
}

export const SERVICE = `${A.resourceGroupId}/providers/Microsoft.Communication/communicationServices/Contoso`
export const OTHER_SERVICE = `${A.resourceGroupId}/providers/Microsoft.Communication/communicationServices/Fabrikam`

let randomOctet = 0
const fakeRandom = (count: number) =>
  Uint8Array.from({ length: count }, () => (randomOctet = (randomOctet * 5 + 1) & 0xff))

const idsByMoment = new Map<number, () => string>()

/** For a new store. A moment has some thousand ids; more would be of the next one. */
export function beginQueueIds(): void {
  idsByMoment.clear()
}

/** Ids of one moment, in order. */
export function queueIdAt(at: number): string {
  const next = idsByMoment.get(at) ?? createQueueIds(() => at, fakeRandom)
  idsByMoment.set(at, next)
  return next()
}

export function envelope(changes: Partial<SpooledEnvelope> = {}): SpooledEnvelope {
  const receivedAt = changes.receivedAt ?? AT
  const queueId = changes.queueId ?? queueIdAt(receivedAt)
  return {
    queueId,
    tenantId: A.tenantId,
    resourceId: SERVICE,
    principalId: A.principalId,
    applicationId: A.applicationId,
    reversePath: 'DoNotReply@contoso.example',
    parameters: { body: '8BITMIME', envid: 'e 1' },
    recipients: [{ forwardPath: 'one@example.com', parameters: { notify: ['FAILURE', 'DELAY'] } }],
    receivedAt,
    internetMessageId: `${queueId}@contoso.example`,
    subject: 'Grüße',
    fromField: 'DoNotReply@contoso.example',
    client: { address: '192.0.2.1', name: 'printer.example' },
    ...changes,
  }
}

export function inline(text: string): ContentRef {
  const octets = Buffer.from(text)
  return { kind: 'inline', size: octets.byteLength, octets }
}

/** A message of tenant A under its present epoch. */
export async function message(
  store: MailStore,
  changes: Partial<SpooledEnvelope> = {},
  content: ContentRef = inline('Subject: hi\r\n\r\n'),
): Promise<NewMessage> {
  const complete = envelope(changes)
  const epoch = await store.read.directory.readEpoch(complete.tenantId)
  assert(epoch !== undefined)
  return { envelope: complete, content, epoch }
}

/** Enqueues and gives the queue id. */
export async function enqueue(
  store: MailStore,
  changes: Partial<SpooledEnvelope> = {},
  content?: ContentRef,
  operation?: NewEmailOperation,
): Promise<string> {
  const accepted = { ...(await message(store, changes, content)), ...(operation && { operation }) }
  assert.deepEqual(await store.write.spool.enqueue(accepted), { type: 'queued' })
  return accepted.envelope.queueId
}

export function claimAt(store: MailStore, at: number, limit = 100): Promise<readonly Claim[]> {
  return store.write.spool.claim({ at, limit, leaseUntil: at + 30_000 })
}

export async function claimOne(store: MailStore, at: number): Promise<Claim> {
  const [claim, ...others] = await claimAt(store, at)
  assert(claim !== undefined && others.length === 0)
  return claim
}

export function outcome(index: number, status: RecipientOutcome['status'], nextAttemptAt?: number): RecipientOutcome {
  const enhancedStatusCode = status === 'delivered' ? '2.0.0' : '4.0.0'
  const settled = { index, status, enhancedStatusCode, diagnostic: `${status} by test`, transport: 'test' }
  return nextAttemptAt === undefined ? settled : { ...settled, nextAttemptAt }
}

/** The same outcome for every recipient of a claim. */
export async function settleAll(store: MailStore, claim: Claim, status: RecipientOutcome['status'], at: number) {
  const outcomes = claim.recipients.map(({ index }) => outcome(index, status))
  const settlement = { queueId: claim.envelope.queueId, token: claim.token, at, outcomes }
  assert.deepEqual(await store.write.spool.settle([settlement]), [{ type: 'settled' }])
}

/** Octets that differ from place to place and from seed to seed. */
export function sampleOctets(length: number, seed: number): Uint8Array {
  const octets = new Uint8Array(length)
  let state = seed * 2_654_435_761 + 1
  for (let at = 0; at < length; at += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    octets[at] = state >>> 24
  }
  return octets
}

export async function writeContent(store: ContentStore, octets: Uint8Array, chunkSize = 16_384): Promise<ContentRef> {
  const writer = store.begin()
  for (let at = 0; at < octets.byteLength; at += chunkSize) await writer.append(octets.slice(at, at + chunkSize))
  return writer.seal()
}

export async function readOctets(store: ContentStore, ref: ContentRef): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  for await (const piece of store.open(ref)) pieces.push(piece)
  return new Uint8Array(Buffer.concat(pieces))
}

export const readStored = (store: MailStore, contentId: string): Promise<Uint8Array> =>
  readOctets(store.content, { kind: 'stored', size: 0, contentId })

export const isStored = (store: MailStore, contentId: string): Promise<boolean> =>
  readStored(store, contentId).then(
    () => true,
    () => false,
  )
