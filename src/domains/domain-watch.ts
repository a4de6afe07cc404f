// Goes round all domains again and again: looks whether the records of verified ones are still there, and takes the next step of DKIM
// rotations. One node does a round for all, a few domains at a time, and another goes on where it stopped. A round begins some time after
// the one before ended, never earlier for its own slowness. It blocks no mail itself; what it finds is told by the domains, as events and
// as lines.

import type { Clock } from '../config/clock.ts'
import type { DnsResolver } from '../dns/dns.ts'
import { domainEvent, type DomainNotice } from '../events/domain-events.ts'
import type { Sealer } from '../keys/sealing.ts'
import { DOMAINS } from '../resources/resource-types.ts'
import type { Resource } from '../resources/resource.ts'
import type { Change, Storage } from '../storage/storage.ts'
import { StoreError } from '../storage/store-error.ts'
import { DKIM_SLOTS, domainPropertiesOf } from './domain-properties.ts'
import { recheckDomain } from './recheck-domain.ts'
import { rotateDkimWhenDue } from './rotate-dkim.ts'
import type { RecordSettings } from './verification-records.ts'

export type DomainWatchService = {
  readonly storage: Storage
  readonly resolver: DnsResolver
  readonly sealer: Sealer
  readonly settings: Pick<RecordSettings, 'dkimRecords' | 'zone'> & {
    /** Between two rounds, how long a lost record counts, and the age at which keys are replaced: never without. In milliseconds. */
    readonly recheck: number
    readonly lossGrace: number
    readonly rotateDkim?: number | undefined
  }
  readonly clock: Clock
  /** From 0 up to 1. */
  readonly random: () => number
  /** UUIDs: of this node, of requests, of etags. */
  readonly nextId: () => string
  /** UUIDv7. */
  readonly nextEventId: () => string
  /** Once in the whole installation. */
  readonly onNotice: (domain: Resource, notice: DomainNotice) => void
  /** After a round that this node ended. */
  readonly onRound: (domains: number) => void
  readonly onFailure: (what: string, error: unknown) => void
}

const TURN = 'domains'
/** How often a node looks whether a round is due. */
const BETWEEN_LOOKS = 60_000
/** Whatever the DNS does, a page takes less. */
const LEASE = 900_000
const PAGE = 20
const AT_A_TIME = 4
/** Who changes domains, for the audit log. */
const OURSELVES = 'Postern'

export function startDomainWatch(service: DomainWatchService): { stop(): Promise<void> } {
  const { clock, random, onFailure } = service
  const holder = service.nextId()
  let stopped = false
  let looking = Promise.resolve()
  let cancel = () => {}

  async function look(): Promise<void> {
    try {
      await takeRound(service, holder, () => stopped)
    } catch (error) {
      onFailure('the watch over domains', error)
    }
    if (!stopped) schedule()
  }
  function schedule(): void {
    cancel = clock.after(BETWEEN_LOOKS * (0.5 + random()), () => {
      looking = look()
    })
  }
  schedule()
  return {
    async stop() {
      stopped = true
      cancel()
      await looking
    },
  }
}

/** Where a round is: the tenant, and in it the last domain that was looked at. */
type Position = readonly [tenantId: string, after: string]

async function takeRound(service: DomainWatchService, holder: string, isStopped: () => boolean): Promise<void> {
  const { storage, clock, random, settings, onRound } = service
  const { watches } = storage.write
  const turn = { name: TURN, holder }
  const at = clock.now()
  const taken = await watches.takeTurn({ ...turn, at, until: at + LEASE })
  if (taken === undefined) return
  let position = taken.position
  let count = 0
  for await (const { domains, end } of pagesOf(storage, position)) {
    await eachOf(domains, AT_A_TIME, (domain) => lookAt(service, domain))
    count += domains.length
    position = JSON.stringify(end)
    if (isStopped()) return watches.endTurn({ ...turn, dueAt: clock.now(), position })
    if (!(await watches.keepTurn({ ...turn, until: clock.now() + LEASE, position }))) return
  }
  const dueAt = Math.round(clock.now() + settings.recheck * (0.9 + 0.2 * random()))
  await watches.endTurn({ ...turn, dueAt, position: '' })
  onRound(count)
}

type Page = { readonly domains: readonly Resource[]; readonly end: Position }

async function* pagesOf({ read }: Storage, position: string): AsyncGenerator<Page, void, void> {
  const [begun, last] = position === '' ? ['', ''] : (JSON.parse(position) as Position)
  const tenants = (await read.directory.listTenants()).map(({ tenantId }) => tenantId).toSorted()
  for (const tenantId of tenants.filter((one) => one >= begun))
    for (let after = tenantId === begun ? last : ''; ; ) {
      const query = { tenantId, type: DOMAINS, limit: PAGE }
      const domains = await read.resources.listResources(after === '' ? query : { ...query, after })
      after = domains.at(-1)?.id ?? after
      if (domains.length > 0) yield { domains, end: [tenantId, after] }
      if (domains.length < PAGE) break
    }
}

async function eachOf<Item>(items: readonly Item[], atATime: number, work: (item: Item) => Promise<void>) {
  const waiting = items.values()
  const lane = async () => {
    for (const item of waiting) await work(item)
  }
  await Promise.all(Array.from({ length: atATime }, lane))
}

/** What is wrong with one domain must not keep the others from being looked at. */
async function lookAt(service: DomainWatchService, domain: Resource): Promise<void> {
  try {
    const checked = await recheck(service, domain)
    if (checked !== undefined) await rotate(service, checked)
  } catch (error) {
    if (error instanceof StoreError && error.code !== 'internal') throw error
    service.onFailure(`the watch over the domain ${domain.id}`, error)
  }
}

async function recheck(service: DomainWatchService, domain: Resource): Promise<Resource | undefined> {
  const { settings, onNotice, nextEventId } = service
  const change = changeOf(service)
  const context = {
    ...contextOf(service, change),
    lossGrace: settings.lossGrace,
    eventsOf: (changed: Resource, notices: readonly DomainNotice[]) =>
      notices.map((notice) => domainEvent(changed, notice, { eventId: nextEventId(), at: change.at })),
  }
  const outcome = await recheckDomain(context, change, domain)
  for (const notice of outcome?.changes ?? []) onNotice(outcome?.domain ?? domain, notice)
  return outcome?.domain
}

async function rotate(service: DomainWatchService, domain: Resource): Promise<void> {
  const { storage, settings, sealer, onNotice, nextEventId } = service
  const change = changeOf(service)
  const context = { ...contextOf(service, change), sealer, settings }
  const outcome = await rotateDkimWhenDue(context, change, domain, settings.rotateDkim ?? Infinity)
  if (outcome?.type !== 'stored') return
  const notices = rotationNotices(domain, outcome.domain)
  if (notices.length === 0) return
  await storage.write.events.appendEvents(
    notices.map((notice) => domainEvent(outcome.domain, notice, { eventId: nextEventId(), at: change.at })),
  )
  for (const notice of notices) onNotice(outcome.domain, notice)
}

function rotationNotices(before: Resource, after: Resource): readonly DomainNotice[] {
  return DKIM_SLOTS.flatMap((check): DomainNotice[] => {
    const [old, now] = [before, after].map((one) => domainPropertiesOf(one).dkimRotation?.[check])
    if (now?.next !== undefined && now.next.record.name !== old?.next?.record.name) return [{ type: 'key made', check }]
    return now?.rotatedAt !== old?.rotatedAt ? [{ type: 'key in use', check }] : []
  })
}

const changeOf = ({ clock, nextId }: DomainWatchService): Change => ({
  at: clock.now(),
  principalId: OURSELVES,
  requestId: nextId(),
})

function contextOf({ storage, resolver, clock, nextId }: DomainWatchService, { at }: Change) {
  const by = {
    lastModifiedBy: OURSELVES,
    lastModifiedByType: 'Application',
    lastModifiedAt: new Date(at).toISOString(),
  } as const
  const stamp = (resource: Resource): Resource => ({
    ...resource,
    systemData: { ...resource.systemData, ...by },
    etag: nextId(),
  })
  return { storage, resolver, clock, stamp }
}
