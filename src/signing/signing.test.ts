// Which keys a queued message is signed with, and when it stays: over a real store with two tenants.

import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import fc from 'fast-check'
import type { ContentRef } from '../content/content.ts'
import { type DomainProperties, issueDomain } from '../domains/domain-properties.ts'
import { fullNameOf } from '../domains/verification-records.ts'
import { DKIM_KEY_PURPOSE, dkimKeyRecordId, generateDkimKeyPair } from '../keys/dkim-keys.ts'
import { deriveKeys } from '../keys/installation-key.ts'
import { createSealer } from '../keys/sealing.ts'
import { anySevenBitMessage } from '../message/seven-bit.fixture.ts'
import type { Resource } from '../resources/resource.ts'
import type { Claim } from '../spool/spool.ts'
import { openTemporaryStore } from '../storage/sqlite/temporary-store.fixture.ts'
import { StoreError } from '../storage/store-error.ts'
import type { Storage } from '../storage/storage.ts'
import {
  A,
  AT,
  B,
  change,
  communicationService,
  domain,
  seedTwoTenants,
  type TenantFixture,
} from '../storage/two-tenants.fixture.ts'
import type { Shipment } from '../transport/transport.ts'
import { tamperedSample } from './message-samples.fixture.ts'
import { inChunks, verdictsOfMailauth } from './signing.fixture.ts'
import { createSigning } from './signing.ts'

const sealer = createSealer(deriveKeys(new Uint8Array(32)))
const mx = { signs: true }

const endings: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of endings.splice(0)) await end()
})

type Scene = Awaited<ReturnType<typeof openScene>>

async function openScene() {
  const storage = await seedTwoTenants(await openTemporaryStore())
  endings.push(() => storage.close())
  const state = {
    at: AT,
    sealedReads: 0,
    contentReads: 0,
    unusable: [] as string[],
    failure: undefined as unknown,
    beforeKey: async () => {},
  }
  const contents = new Map<string, Buffer>()
  const signing = createSigning({
    directory: storage.read.directory,
    resources: storage.read.resources,
    sealed: {
      async readSealed(id) {
        state.sealedReads += 1
        await state.beforeKey()
        return storage.read.sealed.readSealed(id)
      },
    },
    sealer,
    clock: { now: () => state.at },
    content: {
      async *open(ref: ContentRef) {
        state.contentReads += 1
        if (state.failure !== undefined) throw state.failure
        yield* inChunks(contents.get(ref.kind === 'stored' ? ref.contentId : '') ?? Buffer.alloc(0), 100)
      },
    },
    onUnusable: (_, detail) => state.unusable.push(detail),
  })
  const claimOf = (tenant: TenantFixture, message: Buffer, envelope: object = {}): Claim => {
    const contentId = `${contents.size}`
    contents.set(contentId, message)
    return {
      content: { kind: 'stored', size: message.length, contentId },
      envelope: {
        queueId: contentId,
        tenantId: tenant.tenantId,
        resourceId: communicationService(tenant, 'mail').id,
        reversePath: 'a@contoso.test',
        ...envelope,
      },
    } as Claim
  }
  return { storage, state, signing, claimOf }
}

/** A verified domain with real keys. */
async function connect(storage: Storage, tenant: TenantFixture, name: string): Promise<Resource> {
  const { id } = domain(tenant, 'email', name)
  const { properties, sealed } = await issueDomain({
    id,
    name,
    management: 'AzureManaged',
    tracking: 'Disabled',
    dataLocation: 'Europe',
    ownershipToken: 'token',
    settings: { spfInclude: 'spf.test', dkimRecords: 'txt', managedSuffix: 'test' },
    sealer,
    at: AT,
  })
  const resource = { ...domain(tenant, 'email', name), properties }
  await storage.write.resources.putResource(change(), resource)
  for (const record of sealed) await storage.write.sealed.putSealed(record)
  await link(storage, tenant, [resource.id])
  return resource
}

const link = (storage: Storage, tenant: TenantFixture, links: readonly string[]) =>
  storage.write.resources.putResource(change(), communicationService(tenant, 'mail', links))

const recordsOf = ({ properties }: Resource) => {
  const { verificationRecords, fromSenderDomain } = properties as DomainProperties
  const { DKIM, DKIM2 } = verificationRecords
  return Object.fromEntries([DKIM, DKIM2].map((record) => [fullNameOf(record, fromSenderDomain), record.value]))
}

async function open({ signing }: Scene, claim: Claim, transport = mx, form?: Parameters<Shipment['open']>[0]) {
  const outcome = await signing.openShipment(claim, [], transport)
  if (outcome.type === 'deferred') return outcome
  const content = await outcome.shipment.open(form)
  const octets = Buffer.from(await new Response(ReadableStream.from(content.octets)).arrayBuffer())
  assert.equal(content.size, octets.length)
  return { ...content, octets }
}

/** Undefined unless the message was put off. */
async function reasonOf(scene: Scene, claim: Claim): Promise<string | undefined> {
  const opened = await open(scene, claim)
  return 'type' in opened ? `${opened.enhancedStatusCode} ${opened.detail}` : undefined
}

const message = tamperedSample('contoso.test')

test('a message is signed with the keys of its connected domain, once for all its shipments', async () => {
  const scene = await openScene()
  const records = recordsOf(await connect(scene.storage, A, 'contoso.test'))
  const claim = scene.claimOf(A, message)
  const [one, two] = [await open(scene, claim), await open(scene, claim)]
  assert('octets' in one && 'octets' in two)
  assert.deepEqual(await verdictsOfMailauth(one.octets, records), ['pass', 'pass'])
  assert.deepEqual(one.octets, two.octets)
  assert.deepEqual([one.header8bit, one.body8bit], [false, false])
  // To be signed, and twice to be sent.
  assert.equal(scene.state.contentReads, 3)
})

test('a transport that does not sign gets the message as it is', async () => {
  const scene = await openScene()
  const opened = await open(scene, scene.claimOf(A, Buffer.from('From: a@x.test\r\n\r\n\xfc\r\n')), { signs: false })
  assert('octets' in opened)
  assert.deepEqual([opened.octets.toString(), opened.body8bit], ['From: a@x.test\r\n\r\n\xfc\r\n', true])
  assert.equal(scene.state.sealedReads, 0)
})

const sevenBit = { sevenBit: true }

test('written in 7 bits a message is signed anew, once, and as it is it is what it was', async () => {
  const scene = await openScene()
  const records = recordsOf(await connect(scene.storage, A, 'contoso.test'))
  const text = 'From: a@contoso.test\r\nDKIM-Signature: d=contoso.test\r\n\r\nGr\xfc\xdfe \r\n'
  const claim = scene.claimOf(A, Buffer.from(text, 'latin1'))
  const [wide, one, two] = [
    await open(scene, claim),
    await open(scene, claim, mx, sevenBit),
    await open(scene, claim, mx, sevenBit),
  ]
  assert('octets' in wide && 'octets' in one && 'octets' in two)
  assert.deepEqual([wide.body8bit, one.body8bit, one.header8bit], [true, false, false])
  assert(wide.octets.toString('latin1').endsWith(text))
  assert.match(one.octets.toString('latin1'), /\r\n\r\nGr=FC=DFe=20\r\n$/)
  assert.deepEqual(two.octets, one.octets)
  for (const { octets } of [wide, one])
    assert.deepEqual((await verdictsOfMailauth(octets, records)).slice(0, 2), ['pass', 'pass'])
  // As it is: to be signed and to be sent. In 7 bits: to be planned, to be signed, and twice to be sent.
  assert.equal(scene.state.contentReads, 6)
  const unsigned = await open(scene, claim, { signs: false }, sevenBit)
  assert('octets' in unsigned && one.octets.toString('latin1').endsWith(unsigned.octets.toString('latin1')))
  assert.doesNotMatch(unsigned.octets.toString('latin1'), /pst1/)
})

test('any message that is written in 7 bits has signatures that hold', async () => {
  const scene = await openScene()
  const records = recordsOf(await connect(scene.storage, A, 'contoso.test'))
  await fc.assert(
    fc.asyncProperty(anySevenBitMessage, async (text) => {
      const opened = await open(scene, scene.claimOf(A, Buffer.from(text, 'latin1')), mx, sevenBit)
      assert('octets' in opened && !opened.body8bit)
      assert.deepEqual(await verdictsOfMailauth(opened.octets, records), ['pass', 'pass'])
    }),
    { numRuns: 50 },
  )
})

const unchanged: readonly (readonly [name: string, message: string])[] = [
  ['what has no 8-bit octets', 'From: a@contoso.test\r\nContent-Transfer-Encoding: 8bit\r\n\r\nx\r\n'],
  ['an 8-bit header', 'From: a@contoso.test\r\nSubject: \xfc\r\n\r\n\xfc\r\n'],
  ['what another domain signed', 'DKIM-Signature: d=x.test\r\nFrom: a@contoso.test\r\n\r\n\xfc\r\n'],
  ['what cannot be converted', 'From: a@contoso.test\r\nContent-Type: multipart/mixed\r\n\r\n\xfc\r\n'],
]
for (const [name, text] of unchanged)
  test(`not written in 7 bits: ${name}`, async () => {
    const scene = await openScene()
    await connect(scene.storage, A, 'contoso.test')
    const claim = scene.claimOf(A, Buffer.from(text, 'latin1'))
    assert.deepEqual(await open(scene, claim, mx, sevenBit), await open(scene, claim))
  })

test('keys are kept until something changes in the tenant, and for ten minutes at most', async () => {
  const scene = await openScene()
  const { storage, state } = scene
  const { id } = await connect(storage, A, 'contoso.test')
  const reads = async () => {
    assert.equal(await reasonOf(scene, scene.claimOf(A, message)), undefined)
    return state.sealedReads
  }
  assert.deepEqual([await reads(), await reads()], [2, 2])
  await storage.write.resources.putResource(change(), communicationService(B, 'other'))
  assert.equal(await reads(), 2)
  state.at += 10 * 60_000
  assert.equal(await reads(), 4)
  await link(storage, A, [id])
  assert.equal(await reads(), 6)
  await link(storage, A, [])
  assert.match((await reasonOf(scene, scene.claimOf(A, message))) ?? '', /^4\.7\.5 contoso\.test is no verified domain/)
})

test('a domain of another tenant signs nothing, also where it is linked', async () => {
  const scene = await openScene()
  const { id } = await connect(scene.storage, B, 'contoso.test')
  await link(scene.storage, A, [id])
  assert.match((await reasonOf(scene, scene.claimOf(A, message))) ?? '', /^4\.7\.5 contoso\.test is no verified domain/)
  const foreign = { resourceId: communicationService(B, 'mail').id }
  assert.match((await reasonOf(scene, scene.claimOf(A, message, foreign))) ?? '', /^4\.7\.5 .* no verified domain/)
  assert.equal(scene.state.sealedReads, 0)
})

test('reports of ours are signed where there are keys, and leave without where there are none', async () => {
  const scene = await openScene()
  const report = (text: string) => scene.claimOf(A, Buffer.from(text), { reversePath: '' })
  const signatures = async (text: string) => {
    const opened = await open(scene, report(text))
    assert('octets' in opened)
    return opened.octets.toString('latin1').match(/^DKIM-Signature:/gm)?.length ?? 0
  }
  await connect(scene.storage, A, 'contoso.test')
  assert.equal(await signatures('From: postmaster@contoso.test\r\n\r\n'), 2)
  assert.equal(await signatures('From: postmaster@mail.example.test\r\n\r\n'), 0)
  assert.equal(await signatures('From: postmaster@localhost\r\n\r\n'), 0)
  assert.match((await reasonOf(scene, scene.claimOf(A, Buffer.from('From: a@localhost\r\n\r\n')))) ?? '', /^4\.7\.5 /)
})

const faults: Readonly<Record<string, readonly [(scene: Scene, domain: Resource) => Promise<void>, RegExp]>> = {
  'a key that is gone': [
    async ({ storage }, { id, properties }) => {
      const selector = (properties as DomainProperties).verificationRecords.DKIM2.name.split('.')[0] ?? ''
      await storage.write.sealed.deleteSealed(dkimKeyRecordId(id, selector))
    },
    /^4\.7\.5 the DKIM key pst2-[0-9a-f]{8} of contoso\.test is missing$/,
  ],
  'a key of another installation': [
    (scene, domain) => replaceKey(scene, domain, createSealer(deriveKeys(new Uint8Array(32).fill(1)))),
    /^4\.7\.5 the DKIM key pst1-[0-9a-f]{8} of contoso\.test does not open under this installation key$/,
  ],
  'another key than the one that is published': [
    (scene, domain) => replaceKey(scene, domain, sealer),
    /^4\.7\.5 the DKIM key pst1-[0-9a-f]{8} of contoso\.test is not the one that its record tells$/,
  ],
}

async function replaceKey({ storage }: Scene, { id, properties }: Resource, by: typeof sealer): Promise<void> {
  const selector = (properties as DomainProperties).verificationRecords.DKIM.name.split('.')[0] ?? ''
  const recordId = dkimKeyRecordId(id, selector)
  const { privateKey } = await generateDkimKeyPair('rsa')
  const sealed = by.seal(recordId, DKIM_KEY_PURPOSE, privateKey)
  await storage.write.sealed.putSealed({ recordId, purpose: DKIM_KEY_PURPOSE, sealed, createdAt: AT, resourceId: id })
}

for (const [name, [spoil, reason]] of Object.entries(faults))
  test(`never unsigned: ${name}`, async () => {
    const scene = await openScene()
    const resource = await connect(scene.storage, A, 'contoso.test')
    await spoil(scene, resource)
    for (const reversePath of ['a@contoso.test', ''])
      assert.match((await reasonOf(scene, scene.claimOf(A, message, { reversePath }))) ?? '', reason)
    assert.equal(scene.state.unusable.length, 1)
    await connect(scene.storage, A, 'contoso.test')
    assert.equal(await reasonOf(scene, scene.claimOf(A, message)), undefined)
  })

test('keys that are replaced while they are read are read again', async () => {
  const scene = await openScene()
  const { storage, state } = scene
  await connect(storage, A, 'contoso.test')
  state.beforeKey = async () => {
    state.beforeKey = async () => {}
    await connect(storage, A, 'contoso.test')
  }
  assert.equal(await reasonOf(scene, scene.claimOf(A, message)), undefined)
  assert.deepEqual(state.unusable, [])
})

test('a store that is away puts the message off, and only for now', async () => {
  const scene = await openScene()
  await connect(scene.storage, A, 'contoso.test')
  const claim = scene.claimOf(A, message)
  scene.state.failure = new StoreError('unavailable', '')
  assert.equal(await reasonOf(scene, claim), '4.3.0 the message or its keys cannot be read now')
  scene.state.failure = new Error('bug')
  await assert.rejects(reasonOf(scene, claim), /bug/)
  scene.state.failure = undefined
  assert.equal(await reasonOf(scene, claim), undefined)
})
