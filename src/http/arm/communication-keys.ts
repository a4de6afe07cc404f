// The two access keys of a communication service: made with it, shown to those who may see them, replaced one at a time. They are kept
// sealed and go with the service. Azure: control-plane reference §5.4.

import { z } from 'zod'
import { ACCESS_KEY_PURPOSE, accessKeyRecordId } from '../../keys/access-keys.ts'
import { COMMUNICATION_SERVICES } from '../../resources/resource-types.ts'
import type { Resource } from '../../resources/resource.ts'
import type { SealedRecord, Storage } from '../../storage/storage.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { badMember } from '../refusal.ts'
import { named, ok } from '../responses.ts'
import { type ArmAnswer, type ArmRequest, type ArmRoute, answer, armRoute } from './arm-route.ts'
import { carryOut } from './resource-change.ts'
import { readOwnResource, resourceNotFound } from './scope-existence.ts'

const KEY_SIZE = 64
const REGENERATE = 'Microsoft.Communication/CommunicationServices/RegenerateKey/action'
const WHICH = ['primary', 'secondary'] as const
type Which = (typeof WHICH)[number]

type Dependencies = Pick<HttpDependencies, 'storage' | 'random' | 'sealer'>
type Sealing = Pick<Dependencies, 'random' | 'sealer'>

export function newAccessKeys(sealing: Sealing, { id }: Pick<Resource, 'id'>, at: number): readonly SealedRecord[] {
  return WHICH.map((which) => sealKey(sealing, id, which, sealing.random(KEY_SIZE), at))
}

function sealKey({ sealer }: Sealing, id: string, which: Which, key: Uint8Array, createdAt: number): SealedRecord {
  const recordId = accessKeyRecordId(id, which)
  const sealed = sealer.seal(recordId, ACCESS_KEY_PURPOSE, key)
  return { recordId, purpose: ACCESS_KEY_PURPOSE, sealed, createdAt, resourceId: id }
}

const none = z.object({})
const keysSchema = named(
  'CommunicationServiceKeys',
  z.object({
    primaryKey: z.base64(),
    secondaryKey: z.base64(),
    primaryConnectionString: z.string(),
    secondaryConnectionString: z.string(),
  }),
)
const regenerateBody = z.object({ keyType: z.string().nullish() })
type RegenerateRequest = ArmRequest<object, z.output<typeof regenerateBody>>

export function communicationKeyRoutes(dependencies: Dependencies): readonly ArmRoute[] {
  const action = { method: 'POST', shape: 'collection', query: none, response: ok(keysSchema) } as const
  return [
    armRoute({
      ...action,
      types: [`${COMMUNICATION_SERVICES}/listKeys`],
      body: none,
      handle: (request) => listKeys(dependencies, request),
    }),
    armRoute({
      ...action,
      types: [`${COMMUNICATION_SERVICES}/regenerateKey`],
      body: regenerateBody,
      handle: (request) => regenerateKey(dependencies, request),
    }),
  ]
}

async function listKeys(dependencies: Dependencies, request: ArmRequest<object, object>): Promise<ArmAnswer> {
  const { storage } = dependencies
  const { caller, target } = request
  const service = await readOwnResource(storage, caller.tenantId, target.parent)
  if (service === undefined) return resourceNotFound(storage, caller.tenantId, target.parent)
  return answer(200, keysForm(service, await openKeys(dependencies, service)))
}

async function regenerateKey(dependencies: Dependencies, request: RegenerateRequest): Promise<ArmAnswer> {
  const { storage, random } = dependencies
  const { caller, target, change } = request
  const which = WHICH.find((name) => name === request.body.keyType?.toLowerCase())
  if (which === undefined) return badMember('keyType', "The key type must be 'Primary' or 'Secondary'.")
  return carryOut(storage, request, async () => {
    const service = await readOwnResource(storage, caller.tenantId, target.parent)
    if (service === undefined) return resourceNotFound(storage, caller.tenantId, target.parent)
    const key = random(KEY_SIZE)
    const keys = { ...(await openKeys(dependencies, service)), [which]: key }
    return {
      type: 'plan',
      answer: answer(200, keysForm(service, keys)),
      record: (write) => {
        void write.sealed.putSealed(sealKey(dependencies, service.id, which, key, change.at))
        // What was sent with the old key is no longer vouched for by it.
        void write.audit.append(change, caller.tenantId, REGENERATE, service.id, { movesEpoch: true })
      },
    }
  })
}

type Keys = Readonly<Record<Which, Uint8Array>>

async function openKeys({ storage, sealer }: { storage: Storage } & Sealing, { id }: Resource): Promise<Keys> {
  const open = async (which: Which) => {
    const record = await storage.read.sealed.readSealed(accessKeyRecordId(id, which))
    const key = record && sealer.open(record.recordId, ACCESS_KEY_PURPOSE, record.sealed)
    if (key === undefined) throw new Error(`the ${which} access key of ${id} is missing or sealed under another key`)
    return key
  }
  return { primary: await open('primary'), secondary: await open('secondary') }
}

function keysForm({ properties }: Resource, { primary, secondary }: Keys): object {
  const connectionString = (key: string) => `endpoint=https://${String(properties['hostName'])}/;accesskey=${key}`
  const [primaryKey, secondaryKey] = [base64(primary), base64(secondary)]
  return {
    primaryKey,
    secondaryKey,
    primaryConnectionString: connectionString(primaryKey),
    secondaryConnectionString: connectionString(secondaryKey),
  }
}

const base64 = (octets: Uint8Array) => Buffer.from(octets).toString('base64')
