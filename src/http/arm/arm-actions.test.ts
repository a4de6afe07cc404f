// Every operation that is asked for can be granted: what a route needs is in the catalogue that custom roles are checked against.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isGrantable } from '../../access/operation-catalogue.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { operationOf } from './arm-target.ts'
import { armRoutes } from './arm.ts'

/** Guarded by something else than their name: see their files. */
const OTHERWISE = [
  'postern.mail/auditevents',
  'postern.mail/quotas',
  'postern.mail/applications/quotas',
  'postern.mail/checkaccess',
]

test('the action of every route is in the catalogue', () => {
  // No route looks at what it is given before it runs.
  const routes = armRoutes({} as HttpDependencies)
  const wanted = routes.flatMap(({ method, types, shape }) =>
    types
      .filter((type) => !OTHERWISE.includes(type.toLowerCase()))
      .map((type) => {
        const place = { name: '', names: [], id: '/', parent: '/', subscriptionId: undefined, resourceGroup: undefined }
        return operationOf(method, { shape, type, ...place }).action
      }),
  )
  assert(wanted.length > 50)
  assert.deepEqual(
    wanted.filter((action) => !isGrantable(action, 'control')),
    [],
  )
})
