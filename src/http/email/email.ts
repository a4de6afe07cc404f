// The data plane: sending a message, and asking what became of it. Each request is for one communication service, by its host, and needs
// the right to send through that. A request that was answered before gets the same answer again and queues nothing; that also goes for
// one whose signature has grown too old meanwhile, because clients repeat what they have signed once.
// Azure: data-plane reference §2, §2.8, §2.9.

import { Hono } from 'hono'
import type { Context } from 'hono'
import type { EmailOperation, EmailRequest, NewEmailOperation } from '../../storage/email-operations.ts'
import type { CommunicationServiceRef } from '../../storage/storage.ts'
import type { Peer } from '../../submission/submission.ts'
import { describeTls } from '../../submission/tls-upgrade.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { answerRefusal, badRequest, notFound, type Refusal } from '../refusal.ts'
import { type HttpEnv, newGuid, sourceOf } from '../request-context.ts'
import { ok } from '../responses.ts'
import { described, route } from '../route.ts'
import { parseJsonBody } from '../validation.ts'
import { authenticateRequest, type EmailCaller, refuseBody } from './authenticate-request.ts'
import { chooseResource } from './choose-resource.ts'
import { conflict, refusalOfAnswer } from './email-refusals.ts'
import { EMAIL_API_VERSIONS, emailBody, type EmailOperationForm, emailOperation } from './email-schemas.ts'
import { stateOf } from './operation-state.ts'
import { type Email, readEmail } from './read-email.ts'
import { createReadOctets, type ReadOctets } from './read-octets.ts'
import { contentHashOf } from './signature.ts'
import { submitEmail, tooManyRecipients } from './submit-email.ts'

type Dependencies = Pick<
  HttpDependencies,
  'storage' | 'submission' | 'accessKeys' | 'publicUrl' | 'random' | 'dataPlaneSuffix' | 'defaultResource'
>
type Door = Dependencies & { readonly readOctets: ReadOctets }

/** How long a request is the same again, in milliseconds. */
const REPEATS = 24 * 3_600_000
/** Azure: 20 s, which makes whoever waits for the end wait as long. */
const LOOK_AGAIN = '1'
/** Of the bodies at hand together, in octets, unless one message may be larger. */
const BODIES = 64 * 1024 * 1024
const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

export function createEmailApp(dependencies: Dependencies): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>()
  const { size } = dependencies.submission.options.limits
  const door = { ...dependencies, readOctets: createReadOctets({ limit: size, total: Math.max(BODIES, 2 * size) }) }
  const send = described({ body: emailBody, response: { 202: emailOperation } }, (c: Context<HttpEnv>) =>
    answer(c, sendEmail(door, c)),
  )
  route(app, '/emails:send', { POST: send })
  route(app, '/emails/operations/:id', {
    GET: described({ response: ok(emailOperation) }, (c: Context<HttpEnv>) => answer(c, readOperation(door, c))),
  })
  return app
}

async function answer(c: Context<HttpEnv>, outcome: Promise<Response | Refusal>): Promise<Response> {
  const one = await outcome
  return one instanceof Response ? one : answerRefusal(c, one)
}

type Asked = {
  readonly type: 'asked'
  readonly service: CommunicationServiceRef
  readonly caller: EmailCaller
  readonly peer: Peer
}

async function askedBy(door: Door, c: Context<HttpEnv>): Promise<Asked | Refusal> {
  const { storage, dataPlaneSuffix, defaultResource } = door
  const choice = { resources: storage.read.resources, dataPlaneSuffix, defaultResource: defaultResource() }
  const service = await chooseResource(choice, c.req.header('host') ?? new URL(c.req.url).host)
  if (service === undefined) return notFound('ResourceNotFound', 'There is no communication service at this host.')
  const tls = describeTls(c.env?.incoming?.socket)
  const peer = { address: sourceOf(c), listener: 'rest', tls, protocol: 'HTTP' } as const
  const caller = await authenticateRequest(door, c, service, peer)
  if (caller.type === 'refused') return caller
  return checkVersion(c.req.query('api-version')) ?? { type: 'asked', service, caller, peer }
}

function checkVersion(version: string | undefined): Refusal | undefined {
  if (version === undefined)
    return badRequest(
      'MissingApiVersionParameter',
      'The api-version query parameter (?api-version=) is required for all requests.',
    )
  if (EMAIL_API_VERSIONS.some((known) => known === version.toLowerCase())) return undefined
  return badRequest('InvalidApiVersionParameter', `The api-version must be one of ${EMAIL_API_VERSIONS.join(', ')}.`)
}

async function sendEmail(door: Door, c: Context<HttpEnv>): Promise<Response | Refusal> {
  const asked = await askedBy(door, c)
  if (asked.type === 'refused') return asked
  const body = await door.readOctets(c.req, asked.service.tenantId)
  if (body.type === 'refused') return body
  try {
    return await sendBody(door, c, asked, body.octets)
  } finally {
    body.release()
  }
}

async function sendBody(
  door: Door,
  c: Context<HttpEnv>,
  asked: Asked,
  octets: Uint8Array,
): Promise<Response | Refusal> {
  const { caller, service } = asked
  const fingerprint = contentHashOf(octets)
  if (caller.contentHash !== undefined && caller.contentHash !== fingerprint) return refuseBody(door, asked)
  const operation = operationOf(door, c, fingerprint)
  if (operation.type === 'refused') return operation
  const known = await door.storage.read.emailOperations.findRepeated(service.id, operation.operation)
  if (known !== undefined) return answerKnown(c, known, fingerprint)
  if (caller.refuseTime !== undefined) return caller.refuseTime()
  const parsed = parseJsonBody(c.req.header('content-type'), octets, emailBody)
  if (parsed.type === 'refused') return parsed
  const email = await acceptable(door, service, readEmail(parsed.value))
  if (email.type === 'refused') return email
  return submit(door, c, asked, email, operation.operation)
}

/** A client that names neither an operation nor a request cannot repeat one. */
function operationOf(
  { random, submission }: Door,
  c: Context<HttpEnv>,
  fingerprint: string,
): { readonly type: 'operation'; readonly operation: NewEmailOperation } | Refusal {
  const given = c.req.header('operation-id')?.toLowerCase()
  if (given !== undefined && !GUID.test(given))
    return badRequest('BadRequest', 'The header Operation-Id must be a UUID.')
  const operationId = given ?? newGuid(random)
  const { clientRequestId } = c.var
  const isNamed = given !== undefined || clientRequestId === undefined
  const requestKey = isNamed ? operationId : `${clientRequestId} ${fingerprint}`
  const repeatsSince = submission.clock.now() - REPEATS
  return { type: 'operation', operation: { operationId, requestKey, fingerprint, repeatsSince } }
}

/** What can only be said with the service at hand: how many it may go to, and whether its identifier is new. */
async function acceptable(
  { submission, storage }: Door,
  { tenantId }: CommunicationServiceRef,
  email: Email | Refusal,
): Promise<Email | Refusal> {
  if (email.type === 'refused') return email
  const { recipients: most } = submission.options.limits
  if (email.recipients.length > most) return tooManyRecipients(most)
  const { messageId, validatesMessageId } = email.custom
  const isTaken = messageId !== undefined && (await isKnown(storage, tenantId, messageId))
  if (validatesMessageId && (isTaken || messageId === undefined))
    return badRequest('BadRequest', 'The Message-ID must have the form <left@right> and must not have been used.')
  return isTaken ? { ...email, custom: { ...email.custom, messageId: undefined } } : email
}

async function isKnown({ read }: Door['storage'], tenantId: string, messageId: string): Promise<boolean> {
  return (await read.messages.search({ tenantId, messageId, limit: 1 })).messages.length > 0
}

async function submit(
  door: Door,
  c: Context<HttpEnv>,
  { caller, peer }: Asked,
  email: Email,
  operation: NewEmailOperation,
): Promise<Response | Refusal> {
  const { verdict, method } = caller
  const login = { at: c.var.receivedAt, method }
  const sender = { peer, clientName: clientNameOf(c), login, verdict }
  const { engagementTrackingDisabled } = email
  const request: EmailRequest = { operation, engagementTrackingDisabled }
  const outcome = await submitEmail(door, sender, email, request)
  if ('type' in outcome) return outcome
  if (outcome.repeated !== undefined) return answerKnown(c, outcome.repeated, operation.fingerprint)
  return outcome.code === 250
    ? answerBegun(c, operation.operationId)
    : refusalOfAnswer(outcome, door.submission.clock.now())
}

/** The program that asks, as it calls itself, without its version. */
const clientNameOf = ({ req }: Context<HttpEnv>): string =>
  /^[A-Za-z0-9.-]{1,60}/.exec(req.header('user-agent') ?? '')?.[0] ?? ''

const answerKnown = (c: Context<HttpEnv>, known: EmailOperation, fingerprint: string): Response | Refusal =>
  known.fingerprint === fingerprint ? answerBegun(c, known.operationId) : conflict

/** Azure: without the location a client takes the message for sent. */
function answerBegun(c: Context<HttpEnv>, id: string): Response {
  const { origin } = new URL(c.req.url)
  const version = encodeURIComponent(c.req.query('api-version') ?? '')
  const form: EmailOperationForm = { id, status: 'Running' }
  return c.json(form, 202, {
    'operation-location': `${origin}/emails/operations/${id}?api-version=${version}`,
    'retry-after': LOOK_AGAIN,
  })
}

async function readOperation(door: Door, c: Context<HttpEnv>): Promise<Response | Refusal> {
  const asked = await askedBy(door, c)
  if (asked.type === 'refused') return asked
  const { service, caller } = asked
  if (caller.refuseTime !== undefined) return caller.refuseTime()
  if (caller.contentHash !== undefined && caller.contentHash !== contentHashOf(new Uint8Array(0)))
    return refuseBody(door, asked)
  const { emailOperations, messages } = door.storage.read
  const id = c.req.param('id') ?? ''
  const operation = GUID.test(id) ? await emailOperations.findOperation(service.id, id) : undefined
  const message = operation && (await messages.summarize(service.tenantId, operation.queueId))
  if (message === undefined) return notFound('NotFound', 'This resource has no such operation.')
  const form: EmailOperationForm = { id, ...stateOf(message) }
  return c.json(form, 200, form.status === 'Running' ? { 'retry-after': LOOK_AGAIN } : {})
}
