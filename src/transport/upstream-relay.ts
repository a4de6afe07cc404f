// The way out through an upstream while the client of a session waits, on its behalf and with its token. The ids of the requests are
// stored before the first call under a fingerprint of what was submitted: whoever submits it again within a day, because an answer was
// lost on its way or a process died, calls under the same ids, and the upstream has one message. What an upstream has is afterwards
// found under the queue id, by a transport that sends nothing itself.

import { createHash } from 'node:crypto'
import type { Clock } from '../config/clock.ts'
import type { SpooledEnvelope } from '../spool/spool.ts'
import { StoreError } from '../storage/store-error.ts'
import type {
  UpstreamOperation,
  UpstreamOperationReader,
  UpstreamOperationWriter,
} from '../storage/upstream-operations.ts'
import { collectOctets } from './collect-octets.ts'
import type { Transport, TransportOutcome } from './transport.ts'
import type { RequestForm, Upstream, UpstreamAnswer } from './upstream.ts'

export type RelayedMessage = {
  readonly envelope: SpooledEnvelope
  /** Places in the envelope: who goes this way. */
  readonly recipients: readonly number[]
  /** In octets. */
  readonly size: number
  open(): AsyncIterable<Uint8Array>
  readonly token: { readonly octets: Uint8Array; readonly endsAt: number }
}

/** `detail` is for the operator, in printable ASCII. */
export type RelayAnswer =
  | { readonly type: 'accepted' }
  /** The form of the message is what the upstream cannot have; nobody has asked it. */
  | { readonly type: 'unfit'; readonly enhancedStatusCode: string; readonly detail: string }
  /** It said no to the message, or to whoever sends it. */
  | { readonly type: 'refused'; readonly enhancedStatusCode: string; readonly detail: string }
  | { readonly type: 'throttled'; readonly detail: string }
  /** `isClear`: the upstream does not have it. */
  | { readonly type: 'unavailable'; readonly isClear: boolean; readonly detail: string }

export interface SessionRelay {
  readonly name: string
  /** Never rejects but for bugs. */
  relay(message: RelayedMessage): Promise<RelayAnswer>
  close(): Promise<void>
}

export type RelayParts<Draft, Request> = {
  readonly name: string
  readonly form: RequestForm<Draft, Request>
  readonly upstreamFor: (token: string, endsAt: number) => Promise<Upstream<Request>>
  readonly operations: UpstreamOperationWriter
  readonly clock: Clock
  /** A UUID. */
  readonly nextOperationId: () => string
  readonly close: () => Promise<void>
}

/** So long a submission is known again. */
const KNOWN_FOR = 24 * 3_600_000
/** Messages in memory at once. */
const UNDER_WAY = 16

export function createUpstreamRelay<Draft, Request>(parts: RelayParts<Draft, Request>): SessionRelay {
  const { name, clock } = parts
  let underWay = 0
  let pausedUntil = 0
  return {
    name,
    close: parts.close,
    async relay(message) {
      // What is asked while the upstream is throttled prolongs it.
      if (clock.now() < pausedUntil) return { type: 'throttled', detail: 'the upstream takes nothing at the moment' }
      if (underWay >= UNDER_WAY) return { type: 'throttled', detail: 'too many messages are on their way to it' }
      underWay += 1
      try {
        const answer = await relayAll(parts, message)
        if (answer.type === 'throttled') pausedUntil = clock.now() + answer.wait
        return answer
      } catch (error) {
        if (!(error instanceof StoreError) || error.code === 'internal') throw error
        return { type: 'unavailable', isClear: false, detail: 'what is known of the message could not be stored' }
      } finally {
        underWay -= 1
      }
    },
  }
}

type Answered = Exclude<RelayAnswer, { type: 'throttled' }> | (RelayAnswer & { type: 'throttled'; wait: number })

async function relayAll<Draft, Request>(parts: RelayParts<Draft, Request>, message: RelayedMessage): Promise<Answered> {
  const { form } = parts
  const { envelope, size } = message
  const ruledOut = form.findUnfit(envelope, size)
  if (ruledOut !== undefined) return ruledOut
  const octets = await collectOctets(message.open(), form.size)
  if (octets === undefined) return { type: 'unfit', enhancedStatusCode: '5.3.4', detail: 'the message is too large' }
  const drafted = await form.draft(octets, envelope)
  if (drafted.type === 'unfit') return drafted
  const requests = new Map<string, Request>()
  for (const recipients of chunks(message.recipients, form.recipients)) {
    const addressed = form.address(drafted.draft, pathsOf(envelope, recipients))
    if (addressed.type === 'unfit') return addressed
    requests.set(JSON.stringify(recipients), addressed.request)
  }
  return sendAll(parts, message, requests)
}

const chunks = (recipients: readonly number[], most: number): readonly (readonly number[])[] =>
  Array.from({ length: Math.ceil(recipients.length / most) }, (_, place) =>
    recipients.slice(place * most, (place + 1) * most),
  )

const pathsOf = ({ recipients }: SpooledEnvelope, places: readonly number[]): readonly string[] =>
  places.flatMap((place) => recipients[place]?.forwardPath ?? [])

async function sendAll<Draft, Request>(
  parts: RelayParts<Draft, Request>,
  { envelope, recipients, token }: RelayedMessage,
  requests: ReadonlyMap<string, Request>,
): Promise<Answered> {
  const { name, operations, clock, form } = parts
  const at = clock.now()
  const begun = await operations.beginOperations({
    transport: name,
    tenantId: envelope.tenantId,
    queueId: envelope.queueId,
    recipients,
    most: form.recipients,
    at,
    operationIds: Array.from(requests, () => parts.nextOperationId()),
    again: { fingerprint: fingerprintOf(envelope, requests), since: at - KNOWN_FOR },
  })
  const upstream = await parts.upstreamFor(
    Buffer.from(token.octets.buffer, token.octets.byteOffset, token.octets.byteLength).toString('latin1'),
    token.endsAt,
  )
  for (const operation of begun) {
    const request = requests.get(JSON.stringify(operation.recipients))
    if (request === undefined) throw new Error('an operation has other recipients than were asked for')
    if (operation.standing === 'accepted') continue
    const answer = await upstream.send(operation.operationId, request, new AbortController().signal)
    await remember(parts, operation, answer)
    const told = tell(operation, answer)
    if (told.type !== 'accepted') return told
  }
  return { type: 'accepted' }
}

/** The same for the same principal, Message-ID, envelope and content; what we add to a message is not part of a request. */
function fingerprintOf(envelope: SpooledEnvelope, requests: ReadonlyMap<string, unknown>): string {
  const { resourceId, principalId, internetMessageId, reversePath, recipients, parameters } = envelope
  const submitted = [resourceId, principalId, internetMessageId, reversePath, recipients, parameters, [...requests]]
  return createHash('sha256').update(JSON.stringify(submitted)).digest('base64url')
}

const isClear = ({ standing }: UpstreamOperation): boolean => standing === 'new' || standing === 'refused'

async function remember<Draft, Request>(
  { operations, clock }: RelayParts<Draft, Request>,
  operation: UpstreamOperation,
  answer: UpstreamAnswer,
): Promise<void> {
  const { operationId } = operation
  const at = clock.now()
  if (answer.type === 'accepted') return operations.recordOperation({ operationId, standing: 'accepted', at })
  const isOpen = answer.type === 'unclear' || answer.type === 'dropped'
  if (!isOpen && isClear(operation)) await operations.recordOperation({ operationId, standing: 'refused', at })
}

function tell(operation: UpstreamOperation, answer: UpstreamAnswer): Answered {
  switch (answer.type) {
    case 'accepted':
      return { type: 'accepted' }
    case 'dropped':
      return { type: 'refused', enhancedStatusCode: '5.0.0', detail: `taken over and given up: ${answer.detail}` }
    case 'refused':
      return { type: 'refused', enhancedStatusCode: answer.enhancedStatusCode, detail: answer.detail }
    // It is the sender whom it does not let in; another way must not be a way round that.
    case 'unauthorized':
      return { type: 'refused', enhancedStatusCode: '5.7.0', detail: answer.detail }
    case 'throttled':
      return answer
    case 'unreachable':
      return { type: 'unavailable', isClear: isClear(operation), detail: answer.detail }
    case 'unclear':
      return { type: 'unavailable', isClear: false, detail: answer.detail }
  }
}

/** For the queue: what was relayed is there already, and whatever was not goes another way. */
export function createRelayedTransport(name: string, host: string, operations: UpstreamOperationReader): Transport {
  return {
    name,
    signs: false,
    async deliver({ claim, recipients }) {
      const known = await operations.listOperations(name, claim.envelope.queueId)
      return recipients.map(({ index }): TransportOutcome => {
        const accepted = known.find((one) => one.standing === 'accepted' && one.recipients.includes(index))
        if (accepted === undefined) return { ...NOT_RELAYED, index, transport: name }
        const reply = `operation ${accepted.operationId}`
        const diagnostic = `taken over as ${reply}`
        const remote = { host, reply }
        const delivered = { status: 'delivered', enhancedStatusCode: '2.0.0', takenBy: 'relay' } as const
        return { ...delivered, diagnostic, remote, index, transport: name }
      })
    },
  }
}

const NOT_RELAYED = {
  status: 'failed',
  enhancedStatusCode: '5.6.5',
  diagnostic: 'this way out takes only what is sent in the session of its sender',
  tryNext: true,
} as const
