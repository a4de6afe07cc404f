// A warning about a credential as an event that can be sent on, and as a line for whoever reads the log: what it is about and what to
// do, as a command. Neither holds a secret, and the log holds no name that somebody else chose.

import type { ApplicationCredentials } from '../storage/credentials.ts'
import type { NewEvent } from '../storage/events.ts'
import type { CredentialWarning } from './credential-warnings.ts'

const NAMESPACE = 'Postern.Mail'

/** `at` is when it was found. */
export function credentialEvent(
  tenantId: string,
  { objectId, applicationId, displayName }: ApplicationCredentials,
  warning: CredentialWarning,
  { eventId, at }: { readonly eventId: string; readonly at: number },
): NewEvent {
  const { type, credential, days, unusedSince, successor, once } = warning
  const { kind, keyId, hint, endAt, lastUse } = credential
  return {
    eventId,
    tenantId,
    source: `/tenants/${tenantId}/applications/${applicationId}`,
    subject: `credentials/${keyId}`,
    type: `${NAMESPACE}.${type}`,
    at,
    data: {
      applicationObjectId: objectId,
      applicationId,
      applicationName: displayName,
      credential: { kind, keyId, displayName: credential.displayName, hint, endsAt: isoTime(endAt) },
      ...(days === undefined ? {} : { days }),
      ...(unusedSince === undefined ? {} : { unusedSince: isoTime(unusedSince) }),
      ...(successor === undefined ? {} : { successorKeyId: successor.keyId }),
      lastUse: lastUse === undefined ? null : { ...lastUse, at: isoTime(lastUse.at) },
      command: commandFor(applicationId, warning),
    },
    once,
  }
}

export type WarningLine = { readonly fields: Readonly<Record<string, unknown>>; readonly text: string }

export function warningLine(tenantId: string, applicationId: string, warning: CredentialWarning): WarningLine {
  const { credential } = warning
  const { kind, keyId, endAt, lastUse } = credential
  const command = commandFor(applicationId, warning)
  const times = { endsAt: isoTime(endAt), lastUsedAt: isoTime(lastUse?.at), network: lastUse?.network ?? null }
  return { fields: { tenantId, applicationId, keyId, kind, ...times, command }, text: textOf(warning) }
}

const KIND_NAMES: Readonly<Record<CredentialWarning['credential']['kind'], string>> = {
  password: 'client secret',
  'device-password': 'device password',
  certificate: 'certificate',
  federated: 'federated credential',
}

function textOf({ type, days, credential: { kind } }: CredentialWarning): string {
  const what = KIND_NAMES[kind]
  switch (type) {
    case 'CredentialExpiring':
      return days === 1 ? `a ${what} ends within a day` : `a ${what} ends within ${days} days`
    case 'CredentialExpired':
      return `a ${what} has ended`
    case 'CredentialUnused':
      return `a ${what} has not been used for months`
    case 'CredentialOldInUse':
      return `a ${what} is still used although there is a newer one`
  }
}

/** What to do first, ready to paste. */
function commandFor(applicationId: string, { type, credential: { kind, keyId } }: CredentialWarning): string {
  const credentials = 'postern ad app credential'
  switch (type) {
    case 'CredentialExpiring':
    case 'CredentialExpired':
      if (kind === 'certificate')
        return `az ad app credential reset --id ${applicationId} --cert @certificate.pem --append`
      if (kind === 'device-password') return `${credentials} reset --id ${applicationId} --device-password --append`
      return type === 'CredentialExpired'
        ? `${credentials} reset --id ${applicationId} --append`
        : `${credentials} reset --id ${applicationId} --overlap 7d`
    case 'CredentialUnused':
      if (kind === 'password' || kind === 'device-password')
        return `${credentials} delete --id ${applicationId} --key-id ${keyId}`
      return `${credentials} list --id ${applicationId} --unused 90d`
    case 'CredentialOldInUse':
      return `${credentials} list --id ${applicationId} --superseded`
  }
}

const isoTime = (at: number | undefined): string | null => (at === undefined ? null : new Date(at).toISOString())
