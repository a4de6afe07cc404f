// The part of the storage port that tells the life of credentials: what proves each application, from when to when, when and from where
// it was used last, and by which devices in the last day. Recording a use moves no epoch, since no verdict rests on it.

/** A login that succeeded. */
export type CredentialUse = {
  readonly tenantId: string
  readonly applicationId: string
  /** As it was proven: that of a certificate or a trust has what is trusted behind a dot. */
  readonly keyId: string
  readonly at: number
  readonly network: string
  readonly door: 'smtp' | 'token'
  /** At the SMTP door. */
  readonly username?: string
}

export type LastUse = Pick<CredentialUse, 'at' | 'network' | 'door'> & {
  /** The last one at the SMTP door, which may have been earlier. */
  readonly username?: string
}

export type CredentialLife = {
  readonly kind: 'password' | 'device-password' | 'certificate' | 'federated'
  readonly keyId: string
  readonly displayName: string
  /** Of a password of either kind. */
  readonly hint: string
  /** Trust in another issuer has neither. */
  readonly startAt?: number
  readonly endAt?: number
  /** It was added to the service principal. */
  readonly ofServicePrincipal: boolean
  readonly lastUse?: LastUse
}

export type ApplicationCredentials = {
  readonly objectId: string
  readonly applicationId: string
  readonly displayName: string
  /** From when uses were recorded: what is not known to be used may have been before. */
  readonly usesSince: number
  /** By kind, then by start. */
  readonly credentials: readonly CredentialLife[]
}

/** Of each credential; of one that more devices use, that many are known. */
export const MOST_DEVICES = 100
/** For so long it is remembered who used a credential. */
export const DEVICE_AGE = 24 * 3_600_000

/** What uses credentials of an application: told apart by the network, and at the SMTP door by the username in small letters. */
export type CredentialDevice = Pick<CredentialUse, 'network'> & {
  readonly username?: string
  readonly lastUsedAt: number
}

export type DeviceQuery = {
  readonly tenantId: string
  readonly applicationId: string
  /** Of one credential, as it is listed. */
  readonly keyId?: string
  /** With one SMTP username. */
  readonly username?: string
  readonly since: number
  readonly limit: number
}

export type DeviceList = {
  /** Who used it last comes first. */
  readonly devices: readonly CredentialDevice[]
  /** False: there are others, or there may be. */
  readonly isComplete: boolean
}

export interface CredentialReader {
  /** In the order of the object ids of the applications; `after` is one to page on from. Without credentials they are there too. */
  listCredentials(
    tenantId: string,
    page: { readonly after?: string; readonly limit: number },
  ): Promise<readonly ApplicationCredentials[]>
  findCredentials(tenantId: string, applicationId: string): Promise<ApplicationCredentials | undefined>
  /** Those of the last day. */
  listDevices(query: DeviceQuery): Promise<DeviceList>
}

export interface CredentialWriter {
  /**
   * The latest use of each credential counts, and the latest of each of its devices. What is no credential of ours any more, or never was,
   * is passed over.
   */
  recordUses(uses: readonly CredentialUse[]): Promise<void>
}
