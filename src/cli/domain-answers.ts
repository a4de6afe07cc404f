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
})
const plainRecord = z.object({ type: z.string(), name: z.string(), value: z.string(), ttl: z.number() })
/** `zoneRecord`: what the operator of Postern publishes where a CNAME points to. */
const record = plainRecord.extend({ zoneRecord: plainRecord.optional() })
const domain = z.object({
  id: z.string(),
  name: z.string(),
  properties: z.object({
    domainManagement: z.string(),
    fromSenderDomain: z.string(),
    provisioningState: z.string().optional(),
    verificationStates: z.record(z.string(), state).default({}),
    verificationRecords: z.record(z.string(), record).default({}),
  }),
})
type PlainRecord = z.infer<typeof plainRecord>
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

export function answerDomain(body: unknown, id: string): Answer | Failure {
  const shown = parseDomain(body)
  if (shown === undefined) return unexpectedAnswer(id)
  return { type: 'answer', json: body, text: (paper) => renderDomain(shown, paper) }
}

const OPERATOR = 'Records that the operator of this service publishes:'

function renderDomain({ id, name, properties }: DomainAnswer, paper: Paper): string {
  const { fromSenderDomain, domainManagement, verificationStates, verificationRecords } = properties
  const entries = renderEntries(
    [
      ['Domain', fromSenderDomain],
      ['Name', name],
      ['Management', domainManagement],
      ['Id', id],
    ],
    paper,
  )
  const isManaged = domainManagement === 'AzureManaged'
  const records = CHECKS.flatMap((check) => verificationRecords[check] ?? [])
  const pointedTo = records.flatMap(({ zoneRecord }) => zoneRecord ?? [])
  return [
    entries,
    renderStates(verificationStates, paper),
    renderRecords(isManaged ? OPERATOR : `Records for the zone of ${fromSenderDomain}:`, records, fromSenderDomain),
    isManaged ? '' : 'A name has one SPF record: where there is one, add the include to it.\n',
    renderRecords(OPERATOR, pointedTo, undefined),
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

function renderStates(states: DomainAnswer['properties']['verificationStates'], paper: Paper): string {
  const rows = CHECKS.flatMap((check) => {
    const { status, errorCode, seen } = states[check] ?? { status: '', seen: [] }
    return status === '' ? [] : [{ check, status, reason: errorCode ?? '', seen: seen.join(' | ') }]
  })
  return rows.length === 0 ? '' : renderTable(rows, STATE_COLUMNS, paper)
}

function renderRecords(heading: string, records: readonly PlainRecord[], domainName: string | undefined): string {
  if (records.length === 0) return ''
  return `${printable(heading)}\n\n${records.map((one) => zoneLine(one, domainName)).join('')}`
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
