// `…/providers/Postern.Mail/events`: what happened, newest first, in one communication service or in the whole tenant, whether or not
// anybody subscribes to it.

import { z } from 'zod'
import type { StoredEvent } from '../../storage/events.ts'
import { type ArmAnswer, type ArmRequest, type ArmRoute, answer, armRoute } from '../arm/arm-route.ts'
import { EVENTS } from '../arm/arm-target.ts'
import { checkScopeExists } from '../arm/scope-existence.ts'
import { baseUrlOf } from '../audiences.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { limitQuery, readPage } from '../paging.ts'
import { listOf, named, ok, time } from '../responses.ts'
import { present } from './queue-forms.ts'

const moment = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text))
const query = z.object({
  limit: limitQuery,
  before: z.guid().optional(),
  type: z.string().max(128).optional(),
  since: moment.optional(),
  until: moment.optional(),
})

const eventSchema = named(
  'Event',
  z.object({
    id: z.guid(),
    source: z.string(),
    subject: z.string(),
    type: z.string(),
    time,
    data: z.record(z.string(), z.unknown()),
  }),
)

type Request = ArmRequest<z.output<typeof query>, object>
type Dependencies = Pick<HttpDependencies, 'storage' | 'publicUrl'>

export function eventRoutes(dependencies: Dependencies): readonly ArmRoute[] {
  return [
    armRoute({
      method: 'GET',
      types: [EVENTS],
      shape: 'collection',
      query,
      body: z.object({}),
      response: ok(listOf(eventSchema)),
      handle: (request) => list(dependencies, request),
    }),
  ]
}

async function list({ storage, publicUrl }: Dependencies, { caller, target, query, url }: Request): Promise<ArmAnswer> {
  const { tenantId } = caller
  const missing = await checkScopeExists(storage, tenantId, target)
  if (missing !== undefined) return missing
  const { type, since, until } = query
  const chosen = {
    ...present({ type, since, until }),
    ...(target.parent === '/' ? {} : { source: target.parent }),
  }
  const { rows, more } = await readPage(query, (window) =>
    storage.read.events.listEvents({ tenantId, ...chosen, ...window }),
  )
  const last = rows.at(-1)
  const value = rows.map(eventForm)
  if (!more || last === undefined) return answer(200, { value })
  const parameters = new URLSearchParams(url.search)
  parameters.set('before', last.eventId)
  return answer(200, { value, nextLink: `${baseUrlOf(publicUrl())}${url.pathname}?${parameters.toString()}` })
}

function eventForm({ eventId, source, subject, type, at, data }: StoredEvent): object {
  return { id: eventId, source, subject, type, time: new Date(at).toISOString(), data }
}
