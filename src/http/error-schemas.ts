// The bodies of refusals, one for each surface. Azure: control-plane reference §1.5, §7; data-plane reference §3.4. RFC 6749 §5.2.

import { z } from 'zod'
import { named } from './responses.ts'
import type { Surface } from './surface.ts'

const fault = { code: z.string(), message: z.string(), target: z.string().optional() }

const armError = named(
  'Error',
  z.object({ error: z.object({ ...fault, details: z.array(z.object(fault)).optional() }) }),
)

const graphError = named(
  'GraphError',
  z.object({
    error: z.object({
      code: z.string(),
      message: z.string(),
      innerError: z.object({ date: z.string(), 'request-id': z.guid(), 'client-request-id': z.string() }),
    }),
  }),
)

const tokenError = named(
  'TokenError',
  z.object({
    error: z.enum([
      'invalid_client',
      'invalid_request',
      'invalid_resource',
      'invalid_scope',
      'temporarily_unavailable',
      'unauthorized_client',
      'unsupported_grant_type',
    ]),
    error_description: z.string(),
    error_codes: z.array(z.int()),
    timestamp: z.string(),
    trace_id: z.guid(),
    correlation_id: z.string(),
    error_uri: z.url(),
  }),
)

export const errorSchemas: Readonly<Record<Surface, z.ZodType>> = {
  arm: armError,
  graph: graphError,
  entra: tokenError,
  email: armError,
}
