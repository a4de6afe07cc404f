// What the service itself says of a login, through the API with an operator's credential: the walk of the login without its secret, and
// the traces behind the references of refusals. It repeats what the service says and judges nothing.

import { z } from 'zod'
import type { Api } from '../api.ts'
import { readSmtpSettings } from '../device-sheet.ts'
import type { Failure } from '../failure.ts'
import { fail, type Finding, type Fix, note, pass, skip, suggestionsSchema } from './findings.ts'
import type { KnownPlace } from './question.ts'

const stepSchema = z.object({ step: z.string(), passed: z.boolean(), detail: z.string() })
const diagnosisSchema = z.object({
  at: z.string(),
  outcome: z.string(),
  reason: z.string(),
  steps: z.array(stepSchema),
  login: z.object({ resourceId: z.string(), applicationId: z.string() }).optional(),
  secretEndsAt: z.string().optional(),
  senderAddresses: z.array(z.string()),
  suggestions: suggestionsSchema,
})
export type Diagnosed = z.infer<typeof diagnosisSchema>

/** What was seen from inside, and when it was asked. */
export type ServerView = {
  readonly type: 'view'
  readonly diagnosis: Diagnosed
  readonly place: KnownPlace | undefined
  readonly askedAt: number
  readonly answeredAt: number
}

export async function askServer(
  api: Api,
  username: string,
  from: string | undefined,
  now: () => number,
): Promise<ServerView | Failure> {
  const askedAt = now()
  const body = { username, ...(from !== undefined && { from }) }
  const answer = await api.call('POST', '/providers/Postern.Mail/diagnoseLogin', {}, body)
  if (answer.type === 'failed') return answer
  const answeredAt = now()
  const diagnosis = diagnosisSchema.parse(answer.body)
  return { type: 'view', diagnosis, place: await findPlace(api, diagnosis), askedAt, answeredAt }
}

async function findPlace(api: Api, { login }: Diagnosed): Promise<KnownPlace | undefined> {
  if (login === undefined) return undefined
  const read = await readSmtpSettings(api, login.resourceId, undefined)
  if (read.type === 'failed') return undefined
  const { host, port, implicitTlsPort, port25 } = read.settings
  return { server: host, ports: { submission: port, submissions: implicitTlsPort, smtp: port25 } }
}

/** In the order of the walk; what was not reached is skipped by name. */
const WALK: readonly (readonly [step: string, heading: string])[] = [
  ['username', 'login name'],
  ['resource', 'resource'],
  ['tenant', 'tenant'],
  ['credential', 'application and secret'],
  ['access', 'right to send'],
  ['sender', 'sender'],
  ['quota', 'quota'],
]

export function serverFindings({ diagnosis, askedAt, answeredAt }: ServerView): readonly Finding[] {
  const { steps, suggestions } = diagnosis
  let fixes: readonly Fix[] = suggestions
  const walked = steps.map(({ step, passed, detail }): Finding => {
    const heading = WALK.find(([name]) => name === step)?.[1] ?? step
    if (passed) return step === 'fault' ? note(heading, detail) : pass(heading, detail)
    const finding = fail(heading, detail, ...fixes)
    fixes = []
    return finding
  })
  const missed = WALK.filter(([name]) => !steps.some(({ step }) => step === name)).map(([, heading]) =>
    skip(heading, 'not reached'),
  )
  return [...walked, ...missed, ...secretFindings(diagnosis), clockFinding(diagnosis.at, askedAt, answeredAt)]
}

const DAY = 86_400_000
const SOON = 30 * DAY

function secretFindings({ secretEndsAt, at, login }: Diagnosed): readonly Finding[] {
  if (secretEndsAt === undefined) return []
  const detail = `one that stands ends ${secretEndsAt}`
  const soon = Date.parse(secretEndsAt) - Date.parse(at) < SOON
  const renew = `: postern ad app credential reset --id ${login?.applicationId ?? ''} --append`
  return [soon ? note('secret end', detail + renew) : pass('secret end', detail)]
}

/** Beyond it, tokens and certificates that are right look wrong. */
const SKEW_LIMIT = 60_000

function clockFinding(at: string, askedAt: number, answeredAt: number): Finding {
  const skew = Date.parse(at) - (askedAt + answeredAt) / 2
  const seconds = Math.round(Math.abs(skew) / 1000)
  if (Math.abs(skew) <= SKEW_LIMIT + (answeredAt - askedAt)) return pass('clock', `${seconds} s apart from the server`)
  const fix = {
    text: 'Set the clocks by NTP: tokens and certificates have a time.',
    command: 'timedatectl set-ntp true',
  }
  return fail('clock', `this machine and the server are ${seconds} s apart`, fix)
}

const decisionSchema = z.object({
  trace: z.object({ reason: z.string(), steps: z.array(stepSchema), suggestions: suggestionsSchema }),
})

/** The refusal with the reason that its reference leads to; as it was where the operator may not read it. */
export async function explainRefusal(api: Api, finding: Finding, reference: string): Promise<Finding> {
  const answer = await api.call('GET', `/providers/Postern.Mail/decisions/${reference}`)
  const parsed = answer.type === 'failed' ? undefined : decisionSchema.safeParse(answer.body).data
  if (parsed === undefined) return finding
  const { reason, steps, suggestions } = parsed.trace
  const failed = steps.find(({ passed }) => !passed)
  const why = failed === undefined ? reason : `${reason}: ${failed.detail}`
  return fail(finding.step, `${finding.detail} (${why})`, ...suggestions)
}
