// Faults on request: a developer says what is to go wrong, for whom and until when. Only where the configuration allows it, at most for
// a day, and each is told to the audit log. A fault of a communication service takes the right on that; one of an application reaches
// all services, so it takes the right on the root of the tenant.

import type { Context } from 'hono'
import { z } from 'zod'
import { MAIL_ACTIONS } from '../../access/operations.ts'
import { CREDENTIAL_FAULTS, SENDING_FAULTS } from '../../resources/fault-kinds.ts'
import { COMMUNICATION_SERVICES } from '../../resources/resource-types.ts'
import { createQueueIds } from '../../spool/queue-id.ts'
import type { Fault, FaultTarget } from '../../storage/faults.ts'
import type { Storage } from '../../storage/storage.ts'
import { authorize, type Caller, controlAction, mayDo, TENANT_ROOT } from '../authorization.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { answerRefusal, badMember, notFound, type Refusal, refused } from '../refusal.ts'
import { changeOf, type HttpEnv } from '../request-context.ts'
import { named, time } from '../responses.ts'
import { readBody } from '../validation.ts'
import { present } from './queue-forms.ts'
import { guid } from './queue-schemas.ts'

const READ = controlAction(MAIL_ACTIONS.readFaults)
const WRITE = controlAction(MAIL_ACTIONS.writeFaults)
export const FAULTS_PATH = '/providers/Postern.Mail/faults'

const DAY = 86_400_000
const HOUR = 3_600_000
/** Milliseconds. Beyond it clients give up. */
const LONGEST_DELAY = 120_000
/** Seconds. Clients sign a request for five minutes, and send it again as it is. Azure: data-plane reference §2.8. */
const LONGEST_RETRY = 240
/** In force at once in a tenant. */
const MOST = 1000

const kind = z.enum([...CREDENTIAL_FAULTS, ...SENDING_FAULTS])

const settings = {
  kind,
  /** Of what is slow, in milliseconds. */
  delay: z.int().min(1).max(LONGEST_DELAY).optional(),
  /** Of what is throttled, in seconds. */
  retryAfter: z.int().min(1).max(LONGEST_RETRY).optional(),
}

export const faultBody = z
  .strictObject({
    ...settings,
    applicationId: guid.optional(),
    communicationServiceId: z.string().max(2048).optional(),
    /** An hour from now, without it. */
    endsAt: z.iso.datetime({ offset: true }).transform(Date.parse).optional(),
  })
  .refine(
    ({ applicationId, communicationServiceId }) =>
      (applicationId === undefined) !== (communicationServiceId === undefined),
    'either applicationId or communicationServiceId',
  )
type Asked = z.output<typeof faultBody>

export const faultSchema = named(
  'Fault',
  z.object({
    ...settings,
    id: z.guid(),
    applicationId: z.guid().optional(),
    communicationServiceId: z.string().optional(),
    endsAt: time,
    createdAt: time,
    createdBy: z.string(),
  }),
)

/** `isAllowed`: whether the configuration allows that any is set. */
export const faultsSchema = z.object({ value: z.array(faultSchema), isAllowed: z.boolean() })

type Dependencies = Pick<HttpDependencies, 'storage' | 'clock' | 'random' | 'findFaults'>

export function setFault({ storage, clock, random, findFaults }: Dependencies) {
  const nextFaultId = createQueueIds(() => clock.now(), random)
  return async (c: Context<HttpEnv>): Promise<Response> => {
    const body = readBody(c, faultBody)
    if (body.type === 'refused') return answerRefusal(c, body)
    if (findFaults === undefined) return answerRefusal(c, NOT_ALLOWED)
    const { caller } = c.var
    const target = await findTarget(storage, caller, body.value)
    if ('type' in target) return answerRefusal(c, target)
    const change = changeOf(c)
    const refusal = findMistake(body.value, change.at)
    if (refusal !== undefined) return answerRefusal(c, refusal)
    const fault = faultFrom(body.value, {
      faultId: nextFaultId(),
      tenantId: caller.tenantId,
      target,
      createdAt: change.at,
      createdBy: change.principalId,
    })
    if (await isFull(storage, fault)) return answerRefusal(c, FULL)
    await storage.write.faults.putFault(change, fault)
    return c.json(faultForm(fault), 201)
  }
}

const NOT_ALLOWED = refused(
  409,
  'EmulationNotAllowed',
  'Faults may not be asked for here: the configuration does not say emulation: true.',
)
const FULL = refused(409, 'TooManyFaults', `There may be ${MOST} faults at once. Clear some, or wait for their end.`)

/** Without a token it could not end the fault. */
const OF_ITSELF = badMember('applicationId', 'An application asks for no fault of its own: it could not end it.')

async function findTarget(
  { read }: Storage,
  caller: Caller,
  { applicationId, communicationServiceId = '' }: Asked,
): Promise<FaultTarget | Refusal> {
  const { tenantId } = caller
  const refusal = authorize(caller, WRITE, applicationId === undefined ? communicationServiceId : TENANT_ROOT)
  if (refusal !== undefined) return refusal
  if (applicationId !== undefined) {
    if (applicationId === caller.applicationId) return OF_ITSELF
    const application = await read.directory.findApplication(tenantId, applicationId)
    return application === undefined ? badMember('applicationId', 'There is no such application.') : { applicationId }
  }
  const service = await read.resources.readResource(communicationServiceId)
  const isService = service?.type.toLowerCase() === COMMUNICATION_SERVICES.toLowerCase()
  if (service === undefined || !isService || service.tenantId !== tenantId)
    return badMember('communicationServiceId', 'There is no such communication service.')
  return { resourceId: service.id.toLowerCase() }
}

function findMistake({ kind, delay, retryAfter, applicationId, endsAt }: Asked, at: number): Refusal | undefined {
  const isCredential = CREDENTIAL_FAULTS.some((one) => one === kind)
  if (isCredential && applicationId === undefined)
    return badMember('kind', `The fault ${kind} is about a credential: it needs an applicationId.`)
  if ((delay !== undefined) !== kind.includes('slow'))
    return badMember('delay', 'The member is needed for what is slow, and for nothing else.')
  if (retryAfter !== undefined && kind !== 'throttled') return badMember('retryAfter', 'Only throttled has the member.')
  if (endsAt !== undefined && (endsAt <= at || endsAt > at + DAY))
    return badMember('endsAt', 'The member must be in the future, by a day at most.')
  return undefined
}

function faultFrom(
  { kind, delay, retryAfter, endsAt }: Asked,
  made: Pick<Fault, 'faultId' | 'tenantId' | 'target' | 'createdAt' | 'createdBy'>,
): Fault {
  return {
    ...made,
    kind,
    ...(delay === undefined ? {} : { delay }),
    ...(kind === 'throttled' && { retryAfter: retryAfter ?? DEFAULT_RETRY }),
    endsAt: endsAt ?? made.createdAt + HOUR,
  }
}

const DEFAULT_RETRY = 60

const isFull = async ({ read }: Storage, { tenantId, createdAt: at }: Fault): Promise<boolean> =>
  (await read.faults.listFaults({ tenantId, at, limit: MOST })).length >= MOST

/** Those that the caller may see. */
export function listFaults({ storage, findFaults }: Pick<Dependencies, 'storage' | 'findFaults'>) {
  return async (c: Context<HttpEnv>): Promise<Response> => {
    const { caller, provenAt: at } = c.var
    const faults = await storage.read.faults.listFaults({ tenantId: caller.tenantId, at, limit: MOST })
    const seen = faults.filter(({ target }) => mayDo(caller, READ, scopeOf(target)))
    const refusal = seen.length === 0 ? authorize(caller, READ, TENANT_ROOT) : undefined
    if (refusal !== undefined) return answerRefusal(c, refusal)
    return c.json({ value: seen.map(faultForm), isAllowed: findFaults !== undefined })
  }
}

const scopeOf = (target: FaultTarget): string => ('resourceId' in target ? target.resourceId : TENANT_ROOT)

export function clearFault({ storage }: Pick<Dependencies, 'storage'>) {
  return async (c: Context<HttpEnv>): Promise<Response> => {
    const { caller } = c.var
    const id = guid.safeParse(c.req.param('id'))
    const fault = id.success ? await storage.read.faults.readFault(caller.tenantId, id.data) : undefined
    if (fault === undefined || !mayDo(caller, WRITE, scopeOf(fault.target))) return answerRefusal(c, UNKNOWN)
    await storage.write.faults.deleteFault(changeOf(c), caller.tenantId, fault.faultId)
    return c.body(null, 204)
  }
}

const UNKNOWN = notFound('FaultNotFound', 'There is no such fault, or it may not be cleared.')

function faultForm({ faultId, target, kind, delay, retryAfter, endsAt, createdAt, createdBy }: Fault): object {
  return {
    id: faultId,
    ...('applicationId' in target
      ? { applicationId: target.applicationId }
      : { communicationServiceId: target.resourceId }),
    kind,
    ...present({ delay, retryAfter }),
    endsAt: new Date(endsAt).toISOString(),
    createdAt: new Date(createdAt).toISOString(),
    createdBy,
  }
}
