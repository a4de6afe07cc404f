// The catalogue of operations over HTTP, in the shape of Microsoft.Authorization, and that of Microsoft.Communication in its own. It is
// the same for every tenant, so the right to read it counts wherever it is held. Azure: control-plane reference §5.11.

import { z } from 'zod'
import {
  type CatalogueOperation,
  type CatalogueProvider,
  type CatalogueResource,
  operationCatalogue,
} from '../../access/operation-catalogue.ts'
import { authorize, type Caller, controlAction, mayDo, TENANT_ROOT } from '../authorization.ts'
import { notFound, type Refusal } from '../refusal.ts'
import { listOf, named, ok } from '../responses.ts'
import { type ArmAnswer, type ArmRoute, answer, armRoute } from './arm-route.ts'
import { COMMUNICATION_OPERATIONS, PROVIDER_OPERATIONS } from './arm-target.ts'

const query = z.object({ $expand: z.string().optional() })
const shared = { name: z.string(), isDataAction: z.boolean(), origin: z.string() }
const operations = z.array(
  z.object({ ...shared, displayName: z.string(), description: z.string(), properties: z.null() }),
)
const provider = named(
  'ProviderOperations',
  z.object({
    id: z.string(),
    name: z.string(),
    type: z.string(),
    displayName: z.string(),
    resourceTypes: z.array(z.object({ name: z.string(), displayName: z.string(), operations })),
    operations,
  }),
)
const display = z.object({
  provider: z.string(),
  resource: z.string(),
  operation: z.string(),
  description: z.string(),
})
const communicationOperation = named('CommunicationOperation', z.object({ ...shared, display }))

const common = { method: 'GET', query, body: z.object({}), authorizesItself: true } as const

export function providerOperationRoutes(): readonly ArmRoute[] {
  const types = [PROVIDER_OPERATIONS]
  return [
    armRoute({
      ...common,
      types,
      shape: 'collection',
      response: ok(listOf(provider)),
      handle: async ({ caller }) =>
        checkRead(caller, PROVIDER_OPERATIONS) ?? answer(200, { value: operationCatalogue.map(providerForm) }),
    }),
    armRoute({
      ...common,
      types,
      shape: 'item',
      response: ok(provider),
      handle: async ({ caller, target }) => checkRead(caller, PROVIDER_OPERATIONS) ?? readProvider(target.name),
    }),
    armRoute({
      ...common,
      types: [COMMUNICATION_OPERATIONS],
      shape: 'collection',
      response: ok(listOf(communicationOperation)),
      handle: async ({ caller }) =>
        checkRead(caller, COMMUNICATION_OPERATIONS) ?? answer(200, { value: communicationOperations() }),
    }),
  ]
}

function checkRead(caller: Caller, type: string): Refusal | undefined {
  const read = controlAction(`${type}/read`)
  const isHeld = caller.access.assignments.some(({ assignment }) => mayDo(caller, read, assignment.scope))
  return isHeld ? undefined : authorize(caller, read, TENANT_ROOT)
}

function readProvider(name: string): ArmAnswer {
  const provider = operationCatalogue.find(({ namespace }) => namespace.toLowerCase() === name.toLowerCase())
  if (provider !== undefined) return answer(200, providerForm(provider))
  return notFound('ProviderNotFound', `The provider '${name}' has no operations here.`)
}

function providerForm({ namespace, displayName, resources }: CatalogueProvider): object {
  const own = resources.find(({ type }) => type === '')
  return {
    id: `/providers/${PROVIDER_OPERATIONS}/${namespace}`,
    name: namespace,
    type: PROVIDER_OPERATIONS,
    displayName,
    resourceTypes: resources.filter(({ type }) => type !== '').map(resourceForm),
    operations: (own?.operations ?? []).map(operationForm),
  }
}

const resourceForm = ({ type, displayName, operations }: CatalogueResource): object => ({
  name: type,
  displayName,
  operations: operations.map(operationForm),
})

const operationForm = ({ name, isDataAction, description }: CatalogueOperation): object => ({
  name,
  displayName: description,
  description,
  origin: 'user,system',
  properties: null,
  isDataAction,
})

function communicationOperations(): readonly object[] {
  const provider = operationCatalogue.find(({ namespace }) => namespace === 'Microsoft.Communication')
  return (provider?.resources ?? []).flatMap(({ displayName, operations }) =>
    operations.map(({ name, isDataAction, description }) => ({
      name,
      isDataAction,
      display: { provider: provider?.displayName, resource: displayName, operation: description, description },
      origin: 'user,system',
    })),
  )
}
