// Which api-versions a type answers to. One model serves every version; what differs is only whether a version is known.
// Azure: control-plane reference §4 (any well-formed one), §5.1 (those of Microsoft.Communication).

import { badRequest, type Refusal } from '../refusal.ts'
import type { ArmTarget } from './arm-target.ts'

/** Newest first. */
export const COMMUNICATION_VERSIONS = [
  '2026-03-18',
  '2025-09-01',
  '2025-05-01',
  '2025-05-01-preview',
  '2024-09-01-preview',
  '2023-06-01-preview',
  '2023-04-01',
  '2023-04-01-preview',
  '2023-03-31',
  '2023-03-01-preview',
  '2022-07-01-preview',
  '2021-10-01-preview',
  '2020-08-20',
  '2020-08-20-preview',
] as const

const COMMUNICATION = 'microsoft.communication/'

/** Registering a provider is Resource Manager's business, whatever the namespace. */
const REGISTRATION = /^microsoft\.communication\/(?:un)?register$/

export function checkApiVersion(version: string | null, target: ArmTarget): Refusal | undefined {
  const type = target.type.toLowerCase()
  if (version === null) {
    // Our own operations have no versions yet.
    if (type.startsWith('postern.mail/')) return undefined
    return badRequest(
      'MissingApiVersionParameter',
      'The api-version query parameter (?api-version=) is required for all requests.',
    )
  }
  if (!/^\d{4}-\d{2}-\d{2}(?:-preview)?$/i.test(version)) {
    return badRequest(
      'InvalidApiVersionParameter',
      'The api-version must have the form YYYY-MM-DD or YYYY-MM-DD-preview.',
    )
  }
  if (!type.startsWith(COMMUNICATION) || REGISTRATION.test(type) || isKnown(version)) return undefined
  return badRequest(
    'NoRegisteredProviderFound',
    `No registered resource provider found for API version '${version}' and type '${target.type}'. ` +
      `The supported api-versions are '${COMMUNICATION_VERSIONS.join(', ')}'.`,
  )
}

const isKnown = (version: string) => COMMUNICATION_VERSIONS.some((known) => known === version.toLowerCase())
