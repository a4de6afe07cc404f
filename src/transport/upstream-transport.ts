// The way out through an upstream, from the queue: each message and group of recipients under an id that was stored before the first
// call and is used by every later one. `delivered` means that the upstream took the message over and did not give it up: what becomes
// of it there is its own to tell. As long as the upstream may have a message, no other way gets it: only a clear no lets it go on.
// Which upstream it is, is not known here.

import type { Clock } from '../config/clock.ts'
import type { PendingRecipient, RecipientOutcome } from '../spool/spool.ts'
import { StoreError } from '../storage/store-error.ts'
import type {
  UpstreamOperation,
  UpstreamOperationReader,
  UpstreamOperationWriter,
} from '../storage/upstream-operations.ts'
import { collectOctets } from './collect-octets.ts'
import type { Shipment, Transport, TransportOutcome } from './transport.ts'
import type { RequestForm, Unfit, Upstream, UpstreamAnswer } from './upstream.ts'
import type { UpstreamShare } from './upstream-share.ts'

export type UpstreamTransport<Draft, Request> = {
  readonly name: string
  readonly upstream: Upstream<Request>
  readonly form: RequestForm<Draft, Request>
  readonly share: UpstreamShare
  readonly operations: UpstreamOperationReader & UpstreamOperationWriter
  readonly clock: Clock
  /** A UUID. */
  readonly nextOperationId: () => string
}

/** An upstream that has a message and does not say what becomes of it is asked for so long. In milliseconds. */
const ASKED_FOR = 3_600_000
const BETWEEN_LOOKS = { least: 5_000, most: 300_000 } as const

export function createUpstreamTransport<Draft, Request>(parts: UpstreamTransport<Draft, Request>): Transport {
  return {
    name: parts.name,
    signs: false,
    remembers: true,
    async deliver(shipment, signal) {
      const { recipients, claim } = shipment
      try {
        return await deliverAll(parts, shipment, signal)
      } catch (error) {
        if (!(error instanceof StoreError) || error.code === 'internal') throw error
        const detail = 'what is known of the message at the upstream could not be stored'
        return outcomesOf(parts, recipients, {
          status: 'deferred',
          enhancedStatusCode: '4.3.0',
          diagnostic: detail,
          nextAttemptAt: claim.leaseUntil,
        })
      }
    },
    close: () => parts.upstream.close(),
  }
}

async function deliverAll<Draft, Request>(
  parts: UpstreamTransport<Draft, Request>,
  shipment: Shipment,
  signal: AbortSignal,
): Promise<readonly TransportOutcome[]> {
  const { name, operations } = parts
  const { claim, recipients } = shipment
  const known = await operations.listOperations(name, claim.envelope.queueId)
  const accepted = known.filter(({ standing, resume }) => standing === 'accepted' && resume !== '')
  const asked: TransportOutcome[] = []
  for (const operation of accepted) asked.push(...(await askAbout(parts, operation, recipients, signal)))
  const left = recipients.filter(({ index }) => !asked.some((outcome) => outcome.index === index))
  return left.length === 0 ? asked : [...asked, ...(await sendTo(parts, { ...shipment, recipients: left }, signal))]
}

const concerned = ({ recipients }: UpstreamOperation, all: readonly PendingRecipient[]): readonly PendingRecipient[] =>
  all.filter(({ index }) => recipients.includes(index))

async function askAbout<Draft, Request>(
  parts: UpstreamTransport<Draft, Request>,
  operation: UpstreamOperation,
  all: readonly PendingRecipient[],
  signal: AbortSignal,
): Promise<readonly TransportOutcome[]> {
  const recipients = concerned(operation, all)
  if (recipients.length === 0) return []
  const answer = await parts.upstream.ask(operation.resume, signal)
  return outcomesOf(parts, recipients, conclude(parts, operation, answer))
}

async function sendTo<Draft, Request>(
  parts: UpstreamTransport<Draft, Request>,
  shipment: Shipment,
  signal: AbortSignal,
): Promise<readonly TransportOutcome[]> {
  const { form, share } = parts
  const { claim, recipients } = shipment
  const { envelope, content } = claim
  const ruledOut = form.findUnfit(envelope, content.size)
  if (ruledOut !== undefined) return outcomesOf(parts, recipients, unfitOutcome(ruledOut))
  const turn = await share.turn(envelope.applicationId, signal)
  if (turn.type === 'later') return outcomesOf(parts, recipients, putOff(turn.at))
  const { octets } = await shipment.open()
  const message = await collectOctets(octets, form.size)
  const drafted = message === undefined ? TOO_LARGE : await form.draft(message, envelope)
  if (drafted.type === 'unfit') return outcomesOf(parts, recipients, unfitOutcome(drafted))
  return sendDraft(parts, shipment, drafted.draft, signal)
}

const TOO_LARGE: Unfit = { type: 'unfit', enhancedStatusCode: '5.3.4', detail: 'the message is too large' }

async function sendDraft<Draft, Request>(
  parts: UpstreamTransport<Draft, Request>,
  { claim, recipients }: Shipment,
  draft: Draft,
  signal: AbortSignal,
): Promise<readonly TransportOutcome[]> {
  const { name, form, clock, share } = parts
  const { queueId, tenantId, applicationId } = claim.envelope
  const most = form.recipients
  const begun = await parts.operations.beginOperations({
    transport: name,
    tenantId,
    queueId,
    recipients: recipients.map(({ index }) => index),
    most,
    at: clock.now(),
    operationIds: Array.from({ length: Math.ceil(recipients.length / most) }, () => parts.nextOperationId()),
  })
  const outcomes: TransportOutcome[] = []
  for (const [place, operation] of begun.entries()) {
    const mine = concerned(operation, recipients)
    // The first has its turn already.
    const turn = place === 0 ? ({ type: 'now' } as const) : await share.turn(applicationId, signal)
    const outcome = turn.type === 'later' ? putOff(turn.at) : await sendOne(parts, claim, operation, draft, signal)
    if (turn.type === 'later') await forgetUnlessUnclear(parts, operation)
    outcomes.push(...outcomesOf(parts, mine, outcome))
  }
  return outcomes
}

type Outcome = Omit<TransportOutcome, 'index' | 'transport'>

/** The request has the recipients that it had at first, whoever is still waited for. */
async function sendOne<Draft, Request>(
  parts: UpstreamTransport<Draft, Request>,
  { envelope }: Shipment['claim'],
  operation: UpstreamOperation,
  draft: Draft,
  signal: AbortSignal,
): Promise<Outcome> {
  const { form, upstream } = parts
  const paths = operation.recipients.flatMap((index) => envelope.recipients[index]?.forwardPath ?? [])
  const addressed = form.address(draft, paths)
  if (addressed.type === 'unfit') {
    await forgetUnlessUnclear(parts, operation)
    return isClear(operation) ? unfitOutcome(addressed) : withoutNext(unfitOutcome(addressed))
  }
  const answer = await upstream.send(operation.operationId, addressed.request, signal)
  await remember(parts, operation, answer)
  return conclude(parts, operation, answer)
}

/** Nobody can have given the upstream this message before. */
const isClear = ({ standing }: UpstreamOperation): boolean => standing === 'new' || standing === 'refused'

async function remember<Draft, Request>(
  parts: UpstreamTransport<Draft, Request>,
  operation: UpstreamOperation,
  answer: UpstreamAnswer,
): Promise<void> {
  const { operations, clock, share } = parts
  const { operationId } = operation
  if (answer.type === 'throttled') await share.pause(answer.wait)
  if (answer.type === 'accepted') {
    if (answer.state === 'running')
      await operations.recordOperation({ operationId, standing: 'accepted', at: clock.now(), resume: answer.resume })
  } else if (answer.type !== 'unclear' && answer.type !== 'dropped') await forgetUnlessUnclear(parts, operation)
}

async function forgetUnlessUnclear<Draft, Request>(
  { operations, clock }: UpstreamTransport<Draft, Request>,
  operation: UpstreamOperation,
): Promise<void> {
  const { operationId } = operation
  if (isClear(operation)) await operations.recordOperation({ operationId, standing: 'refused', at: clock.now() })
}

function conclude<Draft, Request>(
  { upstream: { host }, clock }: UpstreamTransport<Draft, Request>,
  operation: UpstreamOperation,
  answer: UpstreamAnswer,
): Outcome {
  const outcome = outcomeOf(operation, answer, clock.now())
  const reply = answer.type === 'accepted' ? `operation ${operation.operationId}` : answer.detail
  const kept = { ...outcome, remote: { host, reply } }
  // It may be there already: going another way could make a second one of it.
  return isClear(operation) ? kept : withoutNext(kept)
}

function outcomeOf({ operationId, standing, since }: UpstreamOperation, answer: UpstreamAnswer, at: number): Outcome {
  switch (answer.type) {
    case 'accepted': {
      const accepted = standing === 'accepted' ? since : at
      if (answer.state === 'done' || at - accepted >= ASKED_FOR)
        return {
          status: 'delivered',
          enhancedStatusCode: '2.0.0',
          diagnostic: `taken over as operation ${operationId}`,
          takenBy: 'relay',
        }
      // Asked ever less often.
      const wait = Math.max(BETWEEN_LOOKS.least, answer.askAgainIn, (at - accepted) / 2)
      const nextAttemptAt = Math.round(at + Math.min(BETWEEN_LOOKS.most, wait))
      return deferred('4.0.0', `taken over as operation ${operationId}, which is not done`, { nextAttemptAt })
    }
    case 'dropped':
      return failed(answer.enhancedStatusCode, `taken over and given up: ${answer.detail}`)
    case 'refused':
      return failed(answer.enhancedStatusCode, `refused: ${answer.detail}`, { tryNext: true })
    case 'throttled':
      return deferred('4.7.1', `too many requests: ${answer.detail}`, { nextAttemptAt: at + answer.wait })
    case 'unauthorized':
      return deferred('4.7.0', `the upstream does not let us in: ${answer.detail}`, { tryNext: true })
    case 'unreachable':
      return deferred('4.4.1', answer.detail, { tryNext: true })
    case 'unclear':
      return deferred('4.4.2', answer.detail)
  }
}

type More = Pick<TransportOutcome, 'tryNext' | 'nextAttemptAt'>

const deferred = (enhancedStatusCode: string, diagnostic: string, more: More = {}): Outcome => ({
  status: 'deferred',
  enhancedStatusCode,
  diagnostic,
  ...more,
})
const failed = (enhancedStatusCode: string, diagnostic: string, more: More = {}): Outcome => ({
  status: 'failed',
  enhancedStatusCode,
  diagnostic,
  ...more,
})
const putOff = (nextAttemptAt: number): Outcome => ({
  ...deferred('4.7.1', 'waits for its share of the requests that the upstream takes', { nextAttemptAt }),
  notTried: true,
})
const unfitOutcome = ({ enhancedStatusCode, detail }: Unfit): Outcome =>
  failed(enhancedStatusCode, `cannot be carried unchanged: ${detail}`, { tryNext: true })

const withoutNext = (outcome: Outcome): Outcome => ({ ...outcome, tryNext: false })

const outcomesOf = (
  { name }: { readonly name: string },
  recipients: readonly PendingRecipient[],
  outcome: Outcome,
): readonly TransportOutcome[] =>
  recipients.map(({ index }): RecipientOutcome => ({ ...outcome, index, transport: name }))
