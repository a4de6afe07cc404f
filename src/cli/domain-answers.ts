// A sender domain as the API answers it: what has been verified, which records prove the rest, and how those are written in a zone file.
// Azure: control-plane reference §5.7; RFC 1035 §5.1 (master file format) and §3.3 (a string has at most 255 octets).

import { z } from 'zod'
import type { Answer } from './command.ts'
import { unexpectedAnswer } from './directory-lookup.ts'
import type { Failure } from './failure.ts'
import { printable } from './printable.ts'
import { type ResourceAnswer, textIn } from './resource-commands.ts'
import { type Column, type Paper, renderEntries, renderTable } from './table.ts'

export const CHECKS = ['Domain', 'SPF', 'DKIM', 'DKIM2', 'DMARC'] as const
export type Check = (typeof CHECKS)[number]
/** Without these a domain cannot be connected; DMARC is advice. */
export const NEEDED_CHECKS = CHECKS.slice(0, -1)

const state = z.object({
  status: z.string(),
  errorCode: z.string().nullish(),
  /** What the DNS had instead. */
  seen: z.array(z.string()).default([]),
  /** Of a record that is verified and there no more. */
  lostSince: z.string().optional(),
  countsUntil: z.string().optional(),
})
const plainRecord = z.object({ type: z.string(), name: z.string(), value: z.string(), ttl: z.number() })
/** `zoneRecord`: what the operator of Postern publishes where a CNAME points to. */
const record = plainRecord.extend({ zoneRecord: plainRecord.optional() })
/** Of a DKIM key that was replaced, or is being. */
const rotation = z.object({
  next: z.object({ record, state }).optional(),
  previous: z.object({ record, removableAt: z.string() }).optional(),
})
const domain = z.object({
  id: z.string(),
  name: z.string(),
  properties: z.object({
    domainManagement: z.string(),
    fromSenderDomain: z.string(),
    userEngagementTracking: z.string().optional(),
    provisioningState: z.string().optional(),
    verificationStates: z.record(z.string(), state).default({}),
    verificationRecords: z.record(z.string(), record).default({}),
    dkimRotation: z.record(z.string(), rotation).default({}),
  }),
})
/** What the DNS has at the moment. */
const observed = z.object({
  check: z.string(),
  role: z.string(),
  status: z.string(),
  errorCode: z.string(),
  seen: z.array(z.string()),
})
const observedRecords = z.object({ value: z.array(observed) })
type Observed = z.infer<typeof observed>
type PlainRecord = z.infer<typeof plainRecord>
type DomainRecord = z.infer<typeof record>
export type DomainAnswer = z.infer<typeof domain>

export const DOMAIN_COLUMNS: readonly Column<ResourceAnswer>[] = [
  { heading: 'Name', value: ({ name }) => name },
  { heading: 'Domain', value: (shown) => textIn(shown, 'fromSenderDomain') },
  { heading: 'Management', value: (shown) => textIn(shown, 'domainManagement') },
  {
    heading: 'Missing',
    value: (shown) => missingChecks(shown.properties['verificationStates']).join(', ') || 'nothing',
  },
]

export function parseDomain(body: unknown): DomainAnswer | undefined {
  return domain.safeParse(body).data
}

function missingChecks(states: unknown): readonly Check[] {
  const known = z.record(z.string(), state).safeParse(states).data ?? {}
  return NEEDED_CHECKS.filter((check) => known[check]?.status !== 'Verified')
}

/** `now`: what the DNS was seen to have just before, in the form of the API. */
export function answerDomain(body: unknown, id: string, now?: unknown): Answer | Failure {
  const shown = parseDomain(body)
  const seen = now === undefined ? undefined : observedRecords.safeParse(now).data?.value
  if (shown === undefined || (now !== undefined && seen === undefined)) return unexpectedAnswer(id)
  const json = seen === undefined ? body : { ...(body as object), dnsRecords: seen }
  return { type: 'answer', json, text: (paper) => renderDomain(shown, seen, paper) }
}

const OPERATOR = 'Records that the operator of this service publishes:'

function renderDomain(
  { id, name, properties }: DomainAnswer,
  observed: readonly Observed[] | undefined,
  paper: Paper,
): string {
  const { userEngagementTracking: tracking = 'Disabled' } = properties
  const { fromSenderDomain, domainManagement, verificationStates, verificationRecords, dkimRotation } = properties
  const entries = renderEntries(
    [
      ['Domain', fromSenderDomain],
      ['Name', name],
      ['Management', domainManagement],
      ['Engagement', tracking === 'Enabled' ? 'told of' : 'not told of'],
      ['Id', id],
    ],
    paper,
  )
  const isManaged = domainManagement === 'AzureManaged'
  const records = CHECKS.flatMap((check) => verificationRecords[check] ?? [])
  const pointedTo = records.flatMap(({ zoneRecord }) => zoneRecord ?? [])
  return [
    entries,
    renderStates(verificationStates, observed, paper),
    renderLosses(verificationStates),
    renderRecords(isManaged ? OPERATOR : `Records for the zone of ${fromSenderDomain}:`, records, fromSenderDomain),
    isManaged ? '' : 'A name has one SPF record: where there is one, add the include to it.\n',
    renderRecords(OPERATOR, pointedTo, undefined),
    ...Object.values(dkimRotation).map((one) => renderRotation(one, fromSenderDomain)),
  ]
    .filter((part) => part !== '')
    .join('\n')
}

type StateRow = { readonly check: string; readonly status: string; readonly reason: string; readonly seen: string }

const STATE_COLUMNS: readonly Column<StateRow>[] = [
  { heading: 'Check', value: ({ check }) => check },
  { heading: 'Status', value: ({ status }) => status },
  { heading: 'Reason', value: ({ reason }) => reason },
  { heading: 'DNS shows', value: ({ seen }) => seen, flexible: true },
]

type States = DomainAnswer['properties']['verificationStates']

function renderStates(states: States, observed: readonly Observed[] = [], paper: Paper): string {
  const rows = CHECKS.flatMap((check): StateRow[] => {
    const { status, errorCode, seen } = states[check] ?? { status: '', seen: [] }
    const now = observed.find((one) => one.check === check && one.role === 'present')
    if (now !== undefined) return [{ ...observedRow(now), check, status }]
    return status === '' ? [] : [{ check, status, reason: errorCode ?? '', seen: seen.join(' | ') }]
  })
  const others = observed.filter(({ check, role }) => role !== 'present' || !CHECKS.some((one) => one === check))
  const all = [...rows, ...others.map(observedRow)]
  return all.length === 0 ? '' : renderTable(all, STATE_COLUMNS, paper)
}

const ROLES: Readonly<Record<string, string>> = { next: 'next key', zone: 'in our zone' }
const NOW: Readonly<Record<string, string>> = { AsIssued: 'as issued', Different: 'nothing' }

function observedRow({ check, role, status, errorCode, seen }: Observed): StateRow {
  const shows = seen.length > 0 ? seen.join(' | ') : (NOW[status] ?? '')
  return { check, status: ROLES[role] ?? 'advice', reason: errorCode, seen: shows }
}

/** What was verified and is there no more. */
function renderLosses(states: States): string {
  return CHECKS.map((check) => {
    const { lostSince, countsUntil = '' } = states[check] ?? {}
    if (lostSince === undefined) return ''
    return `${printable(`${check} has been missing since ${lostSince}: it counts until ${countsUntil}, unless it is back.`)}\n`
  }).join('')
}

function renderRecords(heading: string, records: readonly PlainRecord[], domainName: string | undefined): string {
  if (records.length === 0) return ''
  return `${printable(heading)}\n\n${records.map((one) => zoneLine(one, domainName)).join('')}`
}

/** What is to be published for the next key, what was seen of it, and how long the one before must stay. */
function renderRotation({ next, previous }: z.infer<typeof rotation>, domainName: string): string {
  const lines = ({ record }: { readonly record: DomainRecord }) =>
    zoneLine(record, domainName) + (record.zoneRecord === undefined ? '' : zoneLine(record.zoneRecord, undefined))
  const seen = [next?.state.errorCode, ...(next?.state.seen ?? [])].filter((text) => text).join(' | ')
  return [
    next && `The next DKIM key; it signs once it has been seen in the DNS:\n\n${lines(next)}`,
    seen === '' ? undefined : `${printable(`DNS shows: ${seen}`)}\n`,
    previous && `The DKIM key before; leave it until ${printable(previous.removableAt)}:\n\n${lines(previous)}`,
  ]
    .filter((part) => part !== undefined)
    .join('\n')
}

/** Names are written whole, with the final dot, so that the line means the same in whatever zone it is pasted. */
function zoneLine({ type, name, value, ttl }: PlainRecord, domainName: string | undefined): string {
  const owner = ownerOf(name, domainName)
  const data = type.toUpperCase() === 'TXT' ? stringsOf(value) : `${value.replace(/\.$/, '')}.`
  return `${printable(`${owner}. ${ttl} IN ${type} ${data}`)}\n`
}

/** Azure: a name is the domain itself or relative to it. */
function ownerOf(name: string, domainName: string | undefined): string {
  const bare = name.replace(/\.$/, '')
  if (domainName === undefined) return bare
  return bare === domainName || bare.endsWith(`.${domainName}`) ? bare : `${bare}.${domainName}`
}

function stringsOf(value: string): string {
  const pieces = value.match(/.{1,255}/gs) ?? ['']
  return pieces.map((piece) => `"${piece.replace(/(["\\])/g, '\\$1')}"`).join(' ')
}
