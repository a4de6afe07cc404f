// Where the queue tools are found. All of it is behind the door of the management API.

import type { Hono } from 'hono'
import type { HttpDependencies } from '../dependencies.ts'
import type { HttpEnv } from '../request-context.ts'
import { deleted, done, listOf, ok, written } from '../responses.ts'
import { described, route } from '../route.ts'
import { DESTINATIONS_PATH, listDestinations } from './destinations.ts'
import { deleteHold, HOLDS_PATH, holdQueued, listHolds } from './holds.ts'
import { countQueue, listQueue, QUEUE_PATH, readQueued } from './queue.ts'
import { deleteQueued, retryQueued } from './queue-actions.ts'
import * as schemas from './queue-schemas.ts'
import {
  deleteSuppression,
  listSuppressions,
  putSuppression,
  readSuppression,
  suppressionBody,
  suppressionSchema,
  SUPPRESSIONS_PATH,
  suppressionsQuery,
} from './suppressions.ts'

export function addQueueRoutes(app: Hono<HttpEnv>, dependencies: HttpDependencies): void {
  const queue = QUEUE_PATH.toLowerCase()
  const { queueQuery, groupsQuery, retryBody, deleteBody, holdBody } = schemas
  route(app, queue, {
    GET: described({ query: queueQuery, response: ok(listOf(schemas.queuedMessageSchema)) }, listQueue(dependencies)),
  })
  route(app, `${queue}groups`, {
    GET: described({ query: groupsQuery, response: ok(schemas.queueGroupsSchema) }, countQueue(dependencies)),
  })
  route(app, `${queue}/retry`, {
    POST: described({ body: retryBody, response: ok(schemas.retriedSchema) }, retryQueued(dependencies)),
  })
  route(app, `${queue}/delete`, {
    POST: described({ body: deleteBody, response: ok(schemas.deletedSchema) }, deleteQueued(dependencies)),
  })
  route(app, `${queue}/hold`, {
    POST: described({ body: holdBody, response: ok(schemas.heldSchema) }, holdQueued(dependencies)),
  })
  route(app, `${queue}/:id`, {
    GET: described({ response: ok(schemas.queuedDetailSchema) }, readQueued(dependencies)),
  })
  addHoldRoutes(app, dependencies)
  addSuppressionRoutes(app, dependencies)
  const { destinationsQuery: query, destinationSchema } = schemas
  route(app, DESTINATIONS_PATH.toLowerCase(), {
    GET: described({ query, response: ok(listOf(destinationSchema)) }, listDestinations(dependencies)),
  })
}

function addHoldRoutes(app: Hono<HttpEnv>, dependencies: HttpDependencies): void {
  const holds = HOLDS_PATH.toLowerCase()
  route(app, holds, {
    GET: described({ query: schemas.holdsQuery, response: ok(listOf(schemas.holdSchema)) }, listHolds(dependencies)),
  })
  route(app, `${holds}/:id`, { DELETE: described({ response: done }, deleteHold(dependencies)) })
}

function addSuppressionRoutes(app: Hono<HttpEnv>, dependencies: HttpDependencies): void {
  const suppressions = SUPPRESSIONS_PATH.toLowerCase()
  const response = listOf(suppressionSchema)
  route(app, suppressions, {
    GET: described({ query: suppressionsQuery, response: ok(response) }, listSuppressions(dependencies)),
  })
  route(app, `${suppressions}/:address`, {
    GET: described({ response: ok(suppressionSchema) }, readSuppression(dependencies)),
    PUT: described({ body: suppressionBody, response: written(suppressionSchema) }, putSuppression(dependencies)),
    DELETE: described({ response: deleted }, deleteSuppression(dependencies)),
  })
}
