// A decision trace as an operator reads it. What the trace says is said; nothing is judged again here.

import { z } from 'zod'
import { printable } from './printable.ts'
import { type Column, type Paper, renderEntries, renderTable, showTime } from './table.ts'

const assignmentTrace = z.object({
  scope: z.string(),
  roleName: z.string(),
  principalId: z.string(),
  verdict: z.string(),
})

export const traceSchema = z.object({
  stage: z.string(),
  /** Milliseconds since the epoch. */
  at: z.number(),
  outcome: z.string(),
  reason: z.string(),
  reply: z.string(),
  client: z.object({ address: z.string(), name: z.string() }),
  listener: z.string(),
  mechanism: z.string().optional(),
  username: z.string().optional(),
  tenantId: z.string().optional(),
  resourceId: z.string().optional(),
  applicationId: z.string().optional(),
  principalId: z.string().optional(),
  steps: z.array(z.object({ step: z.string(), passed: z.boolean(), detail: z.string() })),
  access: z
    .object({
      scope: z.string(),
      missingActions: z.array(z.string()),
      dataAction: z.string(),
      assignments: z.array(assignmentTrace),
      deniedBy: z.string().optional(),
    })
    .optional(),
  sender: z.string().optional(),
  suggestions: z.array(
    z.object({
      text: z.string(),
      command: z.string().optional(),
      setting: z.object({ name: z.string(), value: z.string() }).optional(),
    }),
  ),
})

export type ShownTrace = z.infer<typeof traceSchema>
type ShownAccess = NonNullable<ShownTrace['access']>

const STAGES: Readonly<Record<string, string>> = {
  AUTH: 'the login',
  MAIL: 'the message at MAIL',
  RCPT: 'a recipient of the message',
  DATA: 'the message after its content',
}

export function renderTrace(reference: string, trace: ShownTrace, paper: Paper): string {
  const sections = [
    headline(reference, trace),
    section('Attempt', renderEntries(attemptOf(trace), paper), paper),
    section('Steps', renderTable(trace.steps, STEP_COLUMNS, paper), paper),
    ...(trace.access === undefined ? [] : accessSections(trace.access, paper)),
    section('What to do, first thing first', trace.suggestions.map(renderSuggestion).join(''), paper),
  ]
  return sections.filter((text) => text !== '').join('\n')
}

function headline(reference: string, { stage, outcome, reason, steps }: ShownTrace): string {
  const subject = STAGES[stage] ?? stage
  const verdict = outcome === 'unavailable' ? `Postern could not decide about ${subject}` : `Postern refused ${subject}`
  const failedStep = steps.find(({ passed }) => !passed)
  const where = failedStep === undefined ? '' : line(`It failed at the step "${failedStep.step}": ${failedStep.detail}`)
  return line(`${reference}: ${verdict} (${reason}).`) + where
}

function attemptOf(trace: ShownTrace): Parameters<typeof renderEntries>[0] {
  return [
    ['When', showTime(trace.at)],
    ['Client', `${trace.client.address} (${trace.client.name}) on ${trace.listener}`],
    ['Mechanism', trace.mechanism],
    ['User name', trace.username],
    ['Resource', trace.resourceId],
    ['Application', trace.applicationId],
    ['Principal', trace.principalId],
    ['Tenant', trace.tenantId],
    ['Sender', trace.sender],
    ['Reply sent', trace.reply],
  ]
}

const STEP_COLUMNS: readonly Column<ShownTrace['steps'][number]>[] = [
  { heading: 'Step', value: ({ step }) => step },
  { heading: 'Passed', value: ({ passed }) => (passed ? 'yes' : 'NO') },
  { heading: 'What was seen', value: ({ detail }) => detail },
]

const ASSIGNMENT_COLUMNS: readonly Column<ShownAccess['assignments'][number]>[] = [
  { heading: 'Role', value: ({ roleName }) => roleName },
  { heading: 'Result', value: ({ verdict }) => verdict },
  { heading: 'Held by', value: ({ principalId }) => principalId },
  { heading: 'Scope', value: ({ scope }) => scope },
]

function accessSections(access: ShownAccess, paper: Paper): readonly string[] {
  const none = 'None: the principal and its groups have no role assignment in this tenant.\n'
  const roles = access.assignments.length === 0 ? none : renderTable(access.assignments, ASSIGNMENT_COLUMNS, paper)
  const denied =
    access.deniedBy === undefined ? '' : line(`The deny assignment ${access.deniedBy} overrides every role.`)
  return [
    section(`Roles looked at, for ${access.scope}`, roles, paper),
    denied,
    section('Missing', missingOf(access), paper),
  ]
}

function missingOf({ missingActions, dataAction }: ShownAccess): string {
  if (missingActions.length === 0) return ''
  return [
    ...missingActions,
    `or, instead of ${missingActions.length === 1 ? 'it' : 'all of them'}, the data action ${dataAction}`,
  ]
    .map((action) => line(`  ${action}`))
    .join('')
}

function renderSuggestion({ text, command, setting }: ShownTrace['suggestions'][number]): string {
  const set = setting === undefined ? '' : line(`    set ${setting.name}: ${setting.value}`)
  return line(`  ${text}`) + set + (command === undefined ? '' : line(`    ${command}`))
}

function line(text: string): string {
  return `${printable(text)}\n`
}

function section(heading: string, body: string, paper: Paper): string {
  return body === '' ? '' : `${paper.bold(printable(heading))}\n${body}`
}
