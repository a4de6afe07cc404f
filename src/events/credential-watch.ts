// Looks at every credential once an hour and tells what deserves a warning, as events. Any number of nodes may look: the store takes each
// warning once, and only whoever told it first writes a line and counts it. It blocks nothing and changes nothing.

import type { Clock } from '../config/clock.ts'
import type { ApplicationCredentials, CredentialReader } from '../storage/credentials.ts'
import type { DirectoryReader } from '../storage/directory.ts'
import type { EventWriter } from '../storage/events.ts'
import { credentialEvent, type WarningLine, warningLine } from './credential-events.ts'
import { isInTime } from './credential-standing.ts'
import { type CredentialWarning, warningsFor } from './credential-warnings.ts'

const BETWEEN_LOOKS = 3_600_000
/** Nodes that start together need not look together with whatever else they do first. */
const FIRST_LOOK = 5000
const PAGE = 200
/** Applications whose end is told as a metric: the nearest ones. */
const EXPIRIES = 200

/** When the first of an application's credentials that are in their time ends. */
export type ApplicationExpiry = { readonly tenantId: string; readonly applicationId: string; readonly endAt: number }

export type CredentialWatchService = {
  readonly directory: Pick<DirectoryReader, 'listTenants'>
  readonly credentials: CredentialReader
  readonly events: EventWriter
  readonly clock: Clock
  /** UUIDv7. */
  readonly nextEventId: () => string
  /** Once in the whole installation. */
  readonly onWarning: (warning: CredentialWarning, line: WarningLine) => void
  /** After each look: what ends next, the nearest first. */
  readonly onLook: (expiries: readonly ApplicationExpiry[], at: number) => void
  readonly onFailure: (what: string, error: unknown) => void
}

export function startCredentialWatch(service: CredentialWatchService): { stop(): Promise<void> } {
  let stopped = false
  /** What was told, or found told, before: asking the store once is enough. */
  let settled: ReadonlySet<string> = new Set()
  let looking = Promise.resolve()
  const isStopped = () => stopped

  async function look(): Promise<void> {
    try {
      const found = await lookOnce(service, settled, isStopped)
      settled = found.marks
      if (!stopped) service.onLook(found.expiries, service.clock.now())
    } catch (error) {
      service.onFailure('the watch over credentials', error)
    }
    if (!stopped) schedule(BETWEEN_LOOKS)
  }
  let cancel = () => {}
  function schedule(delay: number): void {
    cancel = service.clock.after(delay, () => {
      looking = look()
    })
  }
  schedule(FIRST_LOOK)
  return {
    async stop() {
      stopped = true
      cancel()
      await looking
    },
  }
}

type Found = { readonly marks: Set<string>; readonly expiries: readonly ApplicationExpiry[] }

async function lookOnce(
  service: CredentialWatchService,
  settled: ReadonlySet<string>,
  isStopped: () => boolean,
): Promise<Found> {
  const marks = new Set<string>()
  let expiries: readonly ApplicationExpiry[] = []
  for (const { tenantId } of await service.directory.listTenants())
    for await (const page of pagesOf(service.credentials, tenantId)) {
      if (isStopped()) return { marks, expiries }
      await warn(service, tenantId, page, { settled, marks })
      expiries = nearest([...expiries, ...page.flatMap((one) => expiryOf(tenantId, one, service.clock.now()))])
    }
  return { marks, expiries }
}

async function* pagesOf(
  reader: CredentialReader,
  tenantId: string,
): AsyncGenerator<readonly ApplicationCredentials[], void, void> {
  for (let after: string | undefined; ; ) {
    const page = await reader.listCredentials(tenantId, { limit: PAGE, ...(after === undefined ? {} : { after }) })
    yield page
    if (page.length < PAGE) return
    after = page.at(-1)?.objectId
  }
}

async function warn(
  { events, clock, nextEventId, onWarning }: CredentialWatchService,
  tenantId: string,
  page: readonly ApplicationCredentials[],
  { settled, marks }: { readonly settled: ReadonlySet<string>; readonly marks: Set<string> },
): Promise<void> {
  const at = clock.now()
  const due = page
    .flatMap((application) => warningsFor(application, at).map((warning) => ({ application, warning })))
    .filter(({ warning }) => {
      marks.add(markOf(tenantId, warning))
      return !settled.has(markOf(tenantId, warning))
    })
    .map((one) => ({ ...one, eventId: nextEventId() }))
  if (due.length === 0) return
  const stored = new Set(
    await events.appendEvents(
      due.map(({ application, warning, eventId }) => credentialEvent(tenantId, application, warning, { eventId, at })),
    ),
  )
  for (const { application, warning, eventId } of due)
    if (stored.has(eventId)) onWarning(warning, warningLine(tenantId, application.applicationId, warning))
}

const markOf = (tenantId: string, { once }: CredentialWarning): string => `${tenantId} ${once.mark}`

function expiryOf(
  tenantId: string,
  { applicationId, credentials }: ApplicationCredentials,
  at: number,
): readonly ApplicationExpiry[] {
  const ends = credentials
    .filter((credential) => isInTime(credential, at))
    .flatMap(({ endAt }) => (endAt === undefined ? [] : [endAt]))
  return ends.length === 0 ? [] : [{ tenantId, applicationId, endAt: Math.min(...ends) }]
}

const nearest = (expiries: readonly ApplicationExpiry[]): readonly ApplicationExpiry[] =>
  expiries.toSorted((one, other) => one.endAt - other.endAt).slice(0, EXPIRIES)
