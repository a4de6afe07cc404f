// A message between its row and its shape. What has a column of its own is not repeated in the envelope's JSON.

import type { SpooledEnvelope } from './spool.ts'

type EnvelopeColumns = 'queueId' | 'tenantId' | 'applicationId' | 'internetMessageId' | 'receivedAt'
type EnvelopeRest = Omit<SpooledEnvelope, EnvelopeColumns>

export const ENVELOPE_COLUMNS = 'queue_id, tenant_id, application_id, internet_message_id, received_at, envelope'

export type EnvelopeRow = [
  queueId: string,
  tenantId: string,
  applicationId: string,
  internetMessageId: string,
  receivedAt: number,
  envelope: string,
]

/** JSON of what ENVELOPE_COLUMNS does not hold by name. */
export function writeEnvelope(envelope: SpooledEnvelope): string {
  const { resourceId, principalId, reversePath, parameters, recipients, subject, fromField, proof, client } = envelope
  const { acceptance, operationId, engagementTrackingDisabled } = envelope
  const rest: EnvelopeRest = {
    resourceId,
    principalId,
    reversePath,
    parameters,
    recipients,
    subject,
    fromField,
    ...(proof === undefined ? {} : { proof }),
    client,
    ...(acceptance === undefined ? {} : { acceptance }),
    ...(operationId === undefined ? {} : { operationId }),
    ...(engagementTrackingDisabled === undefined ? {} : { engagementTrackingDisabled }),
  }
  return JSON.stringify(rest)
}

/** `row` may have more columns behind ENVELOPE_COLUMNS. */
export function readEnvelope(row: readonly [...EnvelopeRow, ...unknown[]]): SpooledEnvelope {
  const [queueId, tenantId, applicationId, internetMessageId, receivedAt, envelope] = row
  return { queueId, tenantId, applicationId, internetMessageId, receivedAt, ...(JSON.parse(envelope) as EnvelopeRest) }
}

/** What ids of resources are compared and indexed by. */
export function resourceKey(resourceId: string): string {
  return resourceId.toLowerCase()
}
