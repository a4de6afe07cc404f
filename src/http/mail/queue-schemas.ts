// What the queue tools take and answer. Metadata only, as everywhere beside the content itself.

import { z } from 'zod'
import { canonicalDomain } from '../../resources/domain-name.ts'
import { limitQuery } from '../paging.ts'
import { named, time } from '../responses.ts'
import { messageSummary } from './mail-schemas.ts'

/** RFC 5321 §4.5.3.1, with room for letters of more than one octet. */
const LONGEST_ADDRESS = 320
const LONGEST_REASON = 500
/** Messages that one call acts on; of a larger queue the caller asks again. */
export const ACTED_ON = 50

export const guid = z.guid().transform((id) => id.toLowerCase())
/** `<>` sends reports. */
const sender = z
  .string()
  .min(1)
  .max(LONGEST_ADDRESS)
  .transform((text) => (text === '<>' ? '' : text))
const destination = z
  .string()
  .max(LONGEST_ADDRESS)
  .refine((text) => canonicalDomain(text) !== undefined || text.startsWith('['), 'a domain')

const filter = { applicationId: guid.optional(), sender: sender.optional(), destination: destination.optional() }
const state = z.enum(['waiting', 'active', 'held'])

export const queueQuery = z.object({ ...filter, state: state.optional(), limit: limitQuery, before: guid.optional() })
export const groupsQuery = z.object({ ...filter, state: state.optional() })
export const holdsQuery = z.object({
  ...filter,
  id: guid.optional(),
  everything: z.literal('true').optional(),
  limit: limitQuery,
  before: guid.optional(),
})

/** Says what is meant: nothing is never taken for everything. */
const selection = { ...filter, everything: z.literal(true).optional() }
const WHAT = 'ids, any of applicationId, sender and destination, or else everything'

function isSelection({ ids, everything, applicationId, sender, destination }: Selection): boolean {
  const isFiltered = [applicationId, sender, destination].some((member) => member !== undefined)
  return [ids !== undefined, everything === true, isFiltered].filter(Boolean).length === 1
}

type Selection = {
  readonly ids?: readonly string[] | undefined
  readonly everything?: true | undefined
  readonly applicationId?: string | undefined
  readonly sender?: string | undefined
  readonly destination?: string | undefined
}

const ids = z.array(guid).min(1).max(ACTED_ON).optional()
/** `before`: the `next` of the answer before. */
const some = { ...selection, ids, state: state.optional(), before: guid.optional() }
export const retryBody = z.strictObject(some).refine(isSelection, WHAT)
/** `report`: the senders are told as of any failure, if they want to be. */
export const deleteBody = z.strictObject({ ...some, report: z.boolean().default(false) }).refine(isSelection, WHAT)
export const holdBody = z
  .strictObject({ ...selection, ids, reason: z.string().max(LONGEST_REASON).default('') })
  .refine(isSelection, WHAT)

export type Acting = z.output<typeof retryBody>
export type HoldAsked = z.output<typeof holdBody>
export type HoldsAsked = z.output<typeof holdsQuery>

export const holdSelection = z.object({
  id: z.guid().optional(),
  applicationId: z.guid().optional(),
  sender: z.string().optional(),
  destination: z.string().optional(),
})

export const queuedMessageSchema = named(
  'QueuedMessage',
  z.object({ ...messageSummary, state, holdId: z.guid().optional(), nextAttemptAt: time.optional() }),
)

const stoppedBy = z.object({ id: z.guid(), selection: holdSelection, reason: z.string() })
export const queuedDetailSchema = named(
  'QueuedMessageDetail',
  z.object({ ...queuedMessageSchema.shape, holds: z.array(stoppedBy) }),
)

export const queueGroupsSchema = named(
  'QueueGroups',
  z.object({
    messages: z.int(),
    /** Else the counts below are of the oldest messages alone. */
    isComplete: z.boolean(),
    value: z.array(
      z.object({
        applicationId: z.guid(),
        destination: z.string(),
        messages: z.int(),
        recipients: z.int(),
        held: z.int(),
        oldestAt: time,
        nextAttemptAt: time.optional(),
        /** Of the oldest that was tried. */
        lastReply: z.string().optional(),
      }),
    ),
  }),
)

const outcomesOf = (...outcomes: readonly [string, ...string[]]) =>
  z.object({ value: z.array(z.object({ id: z.guid(), outcome: z.enum(outcomes) })), next: z.guid().optional() })
/** `held`: due, but a hold stops it. */
export const retriedSchema = named('QueueRetried', outcomesOf('due', 'held', 'active', 'missing'))
export const deletedSchema = named('QueueDeleted', outcomesOf('deleted', 'changed', 'missing'))

const hold = {
  id: z.guid(),
  selection: holdSelection,
  reason: z.string(),
  createdAt: time,
  createdBy: z.string(),
}
/** `parked` counts to a thousand. */
export const holdSchema = named('Hold', z.object({ ...hold, parked: z.int() }))
export const heldSchema = named('QueueHeld', z.object({ value: z.array(z.object(hold)), missing: z.array(z.guid()) }))

export const destinationSchema = named(
  'Destination',
  z.object({
    destination: z.string(),
    window: z.int(),
    connections: z.int(),
    failures: z.int(),
    pausedUntil: time.optional(),
    lastReply: z.string(),
    updatedAt: time,
  }),
)
export const destinationsQuery = z.object({ limit: limitQuery })
