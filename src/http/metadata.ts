// What kind of cloud this is: the document that `az cloud register` and Terraform read before they sign in, in the old shape and the
// new. For anybody; it tells only addresses. Azure: control-plane reference §3.2.

import { Hono } from 'hono'
import { z } from 'zod'
import { baseUrlOf } from './audiences.ts'
import type { HttpDependencies } from './dependencies.ts'
import type { HttpEnv } from './request-context.ts'
import { named, ok } from './responses.ts'
import { described, route } from './route.ts'

/** Versions from the first of these on answer with a list of clouds, from the second with the cloud alone. */
const LIST_SINCE = '2018-01-01'
const OBJECT_SINCE = '2022-01-01'

/** Services that are not here have the base as their address: clients fail on a missing member, not on one they never use. */
const ABSENT_SERVICES = [
  'media',
  'batch',
  'sqlManagement',
  'activeDirectoryDataLake',
  'vmImageAliasDoc',
  'appInsightsResourceId',
  'appInsightsTelemetryChannelResourceId',
  'logAnalyticsResourceId',
  'attestationResourceId',
  'synapseAnalyticsResourceId',
  'ossrDbmsResourceId',
]

const SUFFIXES = [
  'storage',
  'storageSyncEndpointSuffix',
  'keyVaultDns',
  'mhsmDns',
  'sqlServerHostname',
  'mysqlServerEndpoint',
  'postgresqlServerEndpoint',
  'mariadbServerEndpoint',
  'acrLoginServer',
  'azureDataLakeStoreFileSystem',
  'azureDataLakeAnalyticsCatalogAndJob',
  'synapseAnalytics',
  'attestationEndpoint',
]

const query = z.object({ 'api-version': z.string().optional() })

const addresses = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, z.url()]))
const login = { loginEndpoint: z.url(), audiences: z.array(z.url()) }
const olderCloud = named(
  'OlderCloud',
  z.object({
    ...addresses(['galleryEndpoint', 'graphEndpoint', 'portalEndpoint']),
    authentication: z.object(login),
  }),
)
const cloud = named(
  'Cloud',
  z.object({
    ...addresses([
      ...['portal', 'gallery', 'graph', 'graphAudience', 'microsoftGraphResourceId', 'resourceManager'],
      ...ABSENT_SERVICES,
    ]),
    name: z.string(),
    authentication: z.object({ ...login, tenant: z.string(), identityProvider: z.string() }),
    suffixes: z.object(Object.fromEntries(SUFFIXES.map((name) => [name, z.string()]))),
  }),
)
const clouds = z.union([cloud, z.array(cloud), olderCloud])

export function createMetadataApp({ publicUrl }: Pick<HttpDependencies, 'publicUrl'>): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>()
  route(app, '/metadata/endpoints', {
    GET: described({ query, response: ok(clouds) }, (c) => {
      const version = c.req.query('api-version') ?? OBJECT_SINCE
      const base = baseUrlOf(publicUrl())
      if (version < LIST_SINCE) return c.json(oldShape(base))
      return c.json(version < OBJECT_SINCE ? [newShape(base)] : newShape(base))
    }),
  })
  return app
}

/** The first is what clients ask tokens for. */
const audiencesAt = (base: string) => [base, `${base}/`]

function oldShape(base: string): object {
  return {
    galleryEndpoint: `${base}/`,
    graphEndpoint: `${base}/`,
    portalEndpoint: `${base}/portal/`,
    authentication: { loginEndpoint: `${base}/`, audiences: audiencesAt(base) },
  }
}

function newShape(base: string): object {
  return {
    name: 'Postern',
    portal: `${base}/portal/`,
    gallery: `${base}/`,
    graph: `${base}/`,
    graphAudience: `${base}/`,
    microsoftGraphResourceId: `${base}/`,
    resourceManager: `${base}/`,
    authentication: { loginEndpoint: base, audiences: audiencesAt(base), tenant: 'common', identityProvider: 'AAD' },
    ...Object.fromEntries(ABSENT_SERVICES.map((name) => [name, `${base}/`])),
    suffixes: suffixesAt(new URL(base).hostname),
  }
}

function suffixesAt(host: string): object {
  return Object.fromEntries(SUFFIXES.map((name) => [name, `${name.toLowerCase()}.${host}`]))
}
