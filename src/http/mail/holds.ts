// Holds: stopping queued mail and letting it go. A hold of one message takes the right on the message's resource; any other reaches every
// resource of the tenant, so it takes the right on all of them.

import type { Context } from 'hono'
import { MAIL_ACTIONS } from '../../access/operations.ts'
import { canonicalSelection } from '../../spool/hold-matching.ts'
import { createQueueIds } from '../../spool/queue-id.ts'
import type { Hold, HoldSelection, HoldWithCount } from '../../storage/holds.ts'
import type { Change, Storage } from '../../storage/storage.ts'
import { controlAction } from '../authorization.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { answerRefusal, forbidden, notFound } from '../refusal.ts'
import { changeOf, type HttpEnv } from '../request-context.ts'
import { readBody, readQuery } from '../validation.ts'
import { nextLink, present, selectionForm } from './queue-forms.ts'
import { guid, holdBody, type HoldAsked, type HoldsAsked, holdsQuery } from './queue-schemas.ts'
import { type OpenResources, resourcesOpenTo } from './readable-scopes.ts'

const READ = controlAction(MAIL_ACTIONS.readQueue)
const HOLD = controlAction(MAIL_ACTIONS.holdQueue)
const RELEASE = controlAction(MAIL_ACTIONS.releaseQueue)
export const HOLDS_PATH = '/providers/Postern.Mail/holds'

type Dependencies = Pick<HttpDependencies, 'storage' | 'publicUrl' | 'clock' | 'random'>
type Open = OpenResources['where']

/** Ids that are not in the queue are told as missing. */
export function holdQueued({ storage, clock, random }: Omit<Dependencies, 'publicUrl'>) {
  const nextHoldId = createQueueIds(() => clock.now(), random)
  return async (c: Context<HttpEnv>): Promise<Response> => {
    const body = readBody(c, holdBody)
    if (body.type === 'refused') return answerRefusal(c, body)
    const open = await resourcesOpenTo(storage, c.var.caller, HOLD)
    if (open.type === 'refused') return answerRefusal(c, open)
    const { reason, ids } = body.value
    const found = ids === undefined ? undefined : await findQueued(storage, open.where, ids)
    if (found === undefined && !isAll(open.where)) return answerRefusal(c, REACHES_ALL)
    const selections = found?.map((queueId) => ({ queueId })) ?? [selectionOf(body.value)]
    const change = changeOf(c)
    const holds = selections.map((selection) => newHold(change, open.where.tenantId, nextHoldId(), selection, reason))
    for (const hold of holds) await storage.write.holds.putHold(change, hold)
    return c.json({ value: holds.map(holdForm), missing: (ids ?? []).filter((id) => !found?.includes(id)) })
  }
}

const isAll = ({ resourceIds }: Open): boolean => resourceIds === undefined

const REACHES_ALL = forbidden(
  `This stops mail of every communication service of the tenant, and the action '${HOLD.action}' is not allowed on each of them.`,
)

/** As many as a look at the queue takes by name. */
const NAMED = 500

async function findQueued(
  { read }: Pick<Storage, 'read'>,
  open: Open,
  queueIds: readonly string[],
): Promise<readonly string[]> {
  const found: string[] = []
  for (let at = 0; at < queueIds.length; at += NAMED) {
    const piece = queueIds.slice(at, at + NAMED)
    const { messages } = await read.queue.listQueue({ ...open, queueIds: piece, limit: NAMED })
    found.push(...messages.map(({ queueId }) => queueId))
  }
  return found
}

const selectionOf = ({ applicationId, sender, destination }: Omit<HoldsAsked, 'limit'> | HoldAsked): HoldSelection =>
  canonicalSelection(present({ applicationId, sender, destination }) as HoldSelection)

const newHold = (change: Change, tenantId: string, holdId: string, selection: HoldSelection, reason: string): Hold => ({
  holdId,
  tenantId,
  selection,
  reason,
  createdAt: change.at,
  createdBy: change.principalId,
})

/** A page may hold fewer than asked for, even none, and not be the last: what does not fit is left out of it. */
export function listHolds({ storage, publicUrl }: Pick<Dependencies, 'storage' | 'publicUrl'>) {
  return async (c: Context<HttpEnv>): Promise<Response> => {
    const query = readQuery(c.req.url, holdsQuery)
    if (query.type === 'refused') return answerRefusal(c, query)
    const open = await resourcesOpenTo(storage, c.var.caller, READ)
    if (open.type === 'refused') return answerRefusal(c, open)
    const { limit, before } = query.value
    const { tenantId } = open.where
    const window = { tenantId, limit: limit + 1, ...present({ before }) }
    const holds = await storage.read.holds.listHolds(window)
    const page = holds.slice(0, limit)
    const seen = await thoseOpen(
      storage,
      open.where,
      page.filter((hold) => isAsked(query.value, hold)),
    )
    const last = holds.length > limit ? page.at(-1)?.holdId : undefined
    return c.json({ value: seen.map(countedForm), ...nextLink(c.req.url, publicUrl(), HOLDS_PATH, last) })
  }
}

/** Whoever may not see the whole queue sees holds of single messages. */
async function thoseOpen(
  storage: Storage,
  open: Open,
  holds: readonly HoldWithCount[],
): Promise<readonly HoldWithCount[]> {
  if (isAll(open)) return holds
  const single = holds.flatMap(({ selection: { queueId } }) => queueId ?? [])
  if (single.length === 0) return []
  const found = await findQueued(storage, open, single)
  return holds.filter(({ selection: { queueId } }) => queueId !== undefined && found.includes(queueId))
}

/** Without a question everything, else what selects exactly that. */
function isAsked({ id, everything, ...asked }: HoldsAsked, { selection }: Hold): boolean {
  const wanted = { ...(id === undefined ? {} : { queueId: id }), ...selectionOf(asked) }
  const names = Object.keys(wanted) as (keyof HoldSelection)[]
  if (names.length === 0 && everything === undefined) return true
  return names.length === Object.keys(selection).length && names.every((name) => wanted[name] === selection[name])
}

/** What it stopped is due again at once, but for what another hold stops. */
export function deleteHold({ storage }: Pick<Dependencies, 'storage'>) {
  return async (c: Context<HttpEnv>): Promise<Response> => {
    const open = await resourcesOpenTo(storage, c.var.caller, RELEASE)
    if (open.type === 'refused') return answerRefusal(c, open)
    const id = guid.safeParse(c.req.param('id'))
    const { tenantId } = open.where
    const mayBe = id.success && (await mayRelease(storage, open.where, id.data))
    if (mayBe && (await storage.write.holds.deleteHold(changeOf(c), tenantId, id.data))) return c.body(null, 204)
    return answerRefusal(c, notFound('HoldNotFound', 'There is no such hold, or it may not be released.'))
  }
}

async function mayRelease(storage: Storage, open: Open, holdId: string): Promise<boolean> {
  if (isAll(open)) return true
  const hold = await storage.read.holds.readHold(open.tenantId, holdId)
  const { queueId } = hold?.selection ?? {}
  return queueId !== undefined && (await findQueued(storage, open, [queueId])).length === 1
}

const holdForm = ({ holdId, selection, reason, createdAt, createdBy }: Hold) => ({
  id: holdId,
  selection: selectionForm(selection),
  reason,
  createdAt: new Date(createdAt).toISOString(),
  createdBy,
})

const countedForm = (hold: HoldWithCount) => ({ ...holdForm(hold), parked: hold.parked })
