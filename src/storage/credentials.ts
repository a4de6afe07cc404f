// The part of the storage port that tells the life of credentials: what proves each application, from when to when, and when and from
// where it was used last. Recording a use moves no epoch, since no verdict rests on it.

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

export interface CredentialReader {
  /** In the order of the object ids of the applications; `after` is one to page on from. Without credentials they are there too. */
  listCredentials(
    tenantId: string,
    page: { readonly after?: string; readonly limit: number },
  ): Promise<readonly ApplicationCredentials[]>
  findCredentials(tenantId: string, applicationId: string): Promise<ApplicationCredentials | undefined>
}

export interface CredentialWriter {
  /** The latest use of each counts. What is no credential of ours any more, or never was, is passed over. */
  recordUses(uses: readonly CredentialUse[]): Promise<void>
}
