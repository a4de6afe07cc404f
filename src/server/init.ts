// `postern init`: the first objects of a production installation, made in one transaction on an empty store: a tenant, a subscription
// and an administrator who may do everything at the root of that tenant. Everything else is made through the API. What it makes is
// never made twice: a store with a tenant is refused.

import { randomBytes, randomUUID } from 'node:crypto'
import { POSTERN_ADMINISTRATOR } from '../access/built-in-roles.ts'
import type { Config } from '../config/schema.ts'
import { type InstallationKeys, loadInstallationKey } from '../keys/installation-key.ts'
import { createSealer, type Sealer } from '../keys/sealing.ts'
import type { Change, Storage } from '../storage/storage.ts'
import { StoreError } from '../storage/store-error.ts'
import { developmentCaFile } from './places.ts'
import { createApplication, type PlannedApplication, planApplication } from './quickstart-installation.ts'
import { StartError } from './start-error.ts'
import { keySourcesOf, publicUrlOf } from './start-server.ts'
import { describeStore, lockFor, openStore } from './store-start.ts'

export type InitRequest = {
  readonly config: Config
  readonly environment: Readonly<Record<string, string | undefined>>
  /** A canonical GUID; without it a new one is made. */
  readonly tenantId: string | undefined
  readonly displayName: string
  readonly now: number
}

export type FirstObjects = {
  readonly tenantId: string
  readonly subscriptionId: string
  /** The only place where the secret is. */
  readonly administrator: PlannedApplication
  /** Undefined when the key was there already or comes from elsewhere. */
  readonly createdKeyFile: string | undefined
  /** Where the API will be. */
  readonly endpoint: string
  /** What clients are to trust, once the service has started; undefined when certificates were given. */
  readonly caFile: string | undefined
}

/** `message` says what is wrong and what to do. */
export type InitOutcome =
  | { readonly type: 'initialized'; readonly objects: FirstObjects }
  | { readonly type: 'refused'; readonly message: string }

const RECORD_ID = 'installation'
const PURPOSE = 'installation'

export async function initialize(request: InitRequest): Promise<InitOutcome> {
  const { config } = request
  const opened = lockFor(config)
  if (opened.type !== 'opened') return { type: 'refused', message: opened.message }
  try {
    const store = await openStore(config)
    try {
      return await store.alone(() => initializeIn(store.storage, request))
    } finally {
      await store.close()
    }
  } catch (error) {
    if (error instanceof StartError || error instanceof StoreError) return { type: 'refused', message: error.message }
    throw error
  } finally {
    opened.directory.release()
  }
}

async function initializeIn(storage: Storage, request: InitRequest): Promise<InitOutcome> {
  const { config } = request
  const [tenant] = await storage.read.directory.listTenants()
  if (tenant !== undefined) return alreadyThere(config, tenant.tenantId)
  const key = loadInstallationKey(keySourcesOf(config, request.environment), { create: true })
  if (key.type !== 'keys') return { type: 'refused', message: key.message }
  const created = await createObjects(storage, key.keys, request)
  return {
    type: 'initialized',
    objects: { ...created, ...describeAccess(config), createdKeyFile: key.created ? config.keys.file : undefined },
  }
}

const alreadyThere = (config: Config, tenantId: string): InitOutcome => ({
  type: 'refused',
  message:
    `${describeStore(config)} holds an installation already (tenant ${tenantId}): nothing was changed. ` +
    'Run it with postern serve, or name another store in the configuration.',
})

const describeAccess = (config: Config): Pick<FirstObjects, 'endpoint' | 'caFile'> => ({
  endpoint: publicUrlOf(config, config.https.port),
  caFile: config.tls.certificates.length === 0 ? developmentCaFile(config) : undefined,
})

async function createObjects(
  storage: Storage,
  keys: InstallationKeys,
  { tenantId = randomUUID(), displayName, now }: InitRequest,
): Promise<Pick<FirstObjects, 'tenantId' | 'subscriptionId' | 'administrator'>> {
  const subscriptionId = randomUUID()
  const context = { random: randomBytes, pepper: keys.pepper, now }
  const administrator = planApplication(context, tenantId, 'Administrator')
  const change: Change = { at: now, principalId: administrator.servicePrincipalId, requestId: randomUUID() }
  const sealed = createSealer(keys).seal(RECORD_ID, PURPOSE, Buffer.from(tenantId, 'utf8'))
  await storage.atomically((write) => {
    void write.directory.createTenant(change, { tenantId, displayName })
    void write.resources.createSubscription(change, { subscriptionId, tenantId, displayName })
    createApplication(write, change, context, administrator)
    void write.roles.putRoleAssignment(change, tenantId, {
      name: randomUUID(),
      scope: '/',
      roleDefinitionName: POSTERN_ADMINISTRATOR.name,
      principalId: administrator.servicePrincipalId,
      principalType: 'ServicePrincipal',
    })
    void write.sealed.putSealed({ recordId: RECORD_ID, purpose: PURPOSE, sealed, createdAt: now })
  })
  return { tenantId, subscriptionId, administrator }
}

/** Throws when the installation was made under another key: no stored secret would be right any more. */
export async function proveInstallationKey({ read }: Pick<Storage, 'read'>, sealer: Sealer): Promise<void> {
  const record = await read.sealed.readSealed(RECORD_ID)
  if (record === undefined || sealer.open(RECORD_ID, PURPOSE, record.sealed) !== undefined) return
  throw new StartError('This installation was made under another installation key. Restore the key that belongs to it.')
}
