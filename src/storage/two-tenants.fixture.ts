// Fixture of the storage contract suites: a store with two tenants whose objects look alike, so that a wall with a hole in it shows.

import { test } from 'node:test'
import { formatResourceId } from '../resources/resource-id.ts'
import {
  COMMUNICATION_SERVICES,
  DOMAINS,
  EMAIL_SERVICES,
  RESOURCE_GROUPS,
  SENDER_USERNAMES,
  SMTP_USERNAMES,
} from '../resources/resource-types.ts'
import type { Resource } from '../resources/resource.ts'
import type { Change, Readers, Writers } from './storage.ts'

/** The part of a store that these suites exercise. */
export type DirectoryStore = {
  readonly read: Pick<Readers, 'directory' | 'resources' | 'roles' | 'sealed' | 'decisions' | 'audit'>
  readonly write: Pick<Writers, 'directory' | 'resources' | 'roles' | 'sealed' | 'decisions' | 'audit'>
  close(): Promise<void>
}

export type TenantFixture = {
  readonly tenantId: string
  readonly subscriptionId: string
  readonly resourceGroupId: string
  readonly applicationObjectId: string
  readonly applicationId: string
  readonly principalId: string
}

/** `digit` makes every identifier of a tenant its own. */
function tenantFixture(digit: 'a' | 'b'): TenantFixture {
  const guid = (kind: number) => `${digit.repeat(8)}-000${kind}-4000-8000-000000000000`
  const subscriptionId = guid(2)
  return {
    tenantId: guid(1),
    subscriptionId,
    resourceGroupId: `/subscriptions/${subscriptionId}/resourceGroups/mail-rg`,
    applicationObjectId: guid(3),
    applicationId: guid(4),
    principalId: guid(5),
  }
}

export const A: TenantFixture = tenantFixture('a')
export const B: TenantFixture = tenantFixture('b')

export const AT = Date.UTC(2030, 0, 1)

export function change(at: number = AT): Change {
  return { at, principalId: 'operator', requestId: 'request' }
}

/** Declares tests that each get a seeded store of their own. `open` gives an empty one. */
export function storeTests(name: string, open: () => Promise<DirectoryStore>) {
  return (title: string, body: (store: DirectoryStore) => Promise<void>): void => {
    test(`${name}: ${title}`, async () => {
      const store = await seedTwoTenants(await open())
      try {
        await body(store)
      } finally {
        await store.close()
      }
    })
  }
}

/** Two tenants, each with a subscription, a resource group, an application and its service principal. */
export async function seedTwoTenants<T extends DirectoryStore>(store: T): Promise<T> {
  for (const tenant of [A, B]) {
    const { tenantId, subscriptionId, applicationObjectId, applicationId, principalId } = tenant
    await store.write.directory.createTenant(change(), { tenantId, displayName: `Tenant ${tenantId[0]}` })
    await store.write.resources.createSubscription(change(), { subscriptionId, tenantId, displayName: 'Mail' })
    await store.write.resources.putResource(change(), resource(tenant, RESOURCE_GROUPS, ['mail-rg']))
    await store.write.directory.createApplication(change(), {
      objectId: applicationObjectId,
      applicationId,
      tenantId,
      displayName: 'Printer',
      disabled: false,
      createdAt: AT,
    })
    await store.write.directory.createServicePrincipal(change(), {
      objectId: principalId,
      applicationId,
      tenantId,
      displayName: 'Printer',
      accountEnabled: true,
    })
  }
  return store
}

export function resource(
  tenant: TenantFixture,
  type: string,
  names: readonly string[],
  properties: Record<string, unknown> = {},
): Resource {
  const scope = type === RESOURCE_GROUPS ? `/subscriptions/${tenant.subscriptionId}` : tenant.resourceGroupId
  return {
    id: formatResourceId(scope, type, names),
    name: names.at(-1) ?? '',
    type,
    tenantId: tenant.tenantId,
    subscriptionId: tenant.subscriptionId,
    location: 'global',
    properties,
    systemData: {
      createdBy: 'operator',
      createdByType: 'User',
      createdAt: '2030-01-01T00:00:00Z',
      lastModifiedBy: 'operator',
      lastModifiedByType: 'User',
      lastModifiedAt: '2030-01-01T00:00:00Z',
    },
    etag: 'etag-1',
  }
}

export const communicationService = (tenant: TenantFixture, name: string, linkedDomains: readonly string[] = []) =>
  resource(tenant, COMMUNICATION_SERVICES, [name], { linkedDomains })

export const smtpUsername = (tenant: TenantFixture, service: string, name: string, username: string) =>
  resource(tenant, SMTP_USERNAMES, [service, name], {
    username,
    entraApplicationId: tenant.applicationId,
    tenantId: tenant.tenantId,
  })

export const emailService = (tenant: TenantFixture, name: string) => resource(tenant, EMAIL_SERVICES, [name])

export function domain(tenant: TenantFixture, service: string, name: string, status = 'Verified'): Resource {
  const verificationStates = { Domain: { status }, SPF: { status }, DKIM: { status }, DKIM2: { status } }
  return resource(tenant, DOMAINS, [service, name], { fromSenderDomain: name, verificationStates })
}

export const senderUsername = (tenant: TenantFixture, service: string, domainName: string, username: string) =>
  resource(tenant, SENDER_USERNAMES, [service, domainName, username], { username, displayName: 'Sender' })
