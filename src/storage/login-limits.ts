// The login-limits part of the storage port: how many logins failed lately, by what they are counted by, and which networks an SMTP
// username was signed in from. It counts and finds; how long anybody waits is decided elsewhere. Nothing here moves an epoch.

/** `token`: a source again, as the token service counts it. */
export type LoginLimitKind = 'source' | 'username' | 'tenant' | 'token'

/** What an attempt is counted by. */
export type LoginSubject = {
  readonly kind: LoginLimitKind
  /** A keyed hash, so that whatever was typed as a username is not stored. */
  readonly key: string
  /** For the operator; empty for a username that may be a secret in the wrong field. */
  readonly shown: string
  /** The tenant that the username names, whether there is one or not. */
  readonly tenantId?: string
}

/**
 * Each attempt moves the subject's `until` by `cost` milliseconds, from now on at least, and never further than `ceiling` milliseconds
 * from now. So one number tells how much is to be forgotten, and time forgets it.
 */
export type LoginCharge = {
  readonly subject: LoginSubject
  readonly count: number
  readonly cost: number
  readonly ceiling: number
}

export type LoginLevel = {
  /** Milliseconds to go until all is forgotten, before the charge. */
  readonly backlog: number
  /** Since when and how many, this charge included. */
  readonly since: number
  readonly attempts: number
}

/** Takes back what charges have added. */
export type LoginRefund = Pick<LoginSubject, 'kind' | 'key'> & { readonly amount: number; readonly count: number }

/** A network that a username was signed in from; each by its keyed hash. */
export type KnownLoginSource = { readonly usernameKey: string; readonly sourceKey: string }

export type AttemptRecord = {
  readonly at: number
  /** Each subject once. */
  readonly charges: readonly LoginCharge[]
  readonly refunds: readonly LoginRefund[]
  readonly known: readonly KnownLoginSource[]
  /** Lets go of what is over, and of what is too much. */
  readonly trim: boolean
}

export type StoredLoginLimit = LoginSubject & {
  readonly attempts: number
  readonly since: number
  readonly lastAt: number
  readonly until: number
}

export type LoginStanding = {
  /** When the username was last signed in from the network, as far as that was recorded. */
  readonly knownAt: number | undefined
  readonly source: Pick<StoredLoginLimit, 'attempts' | 'since' | 'lastAt' | 'until'> | undefined
}

export interface LoginLimitReader {
  /** What has to be known before an attempt may be looked at, in one read. `sourceKey` is that of the source by itself. */
  readStanding(asked: { readonly known: KnownLoginSource; readonly sourceKey: string }): Promise<LoginStanding>
  /**
   * What is not forgotten at `at`, the worst first. With a tenant: what its usernames and itself are counted by, and all usernames that
   * name no tenant.
   */
  listLoginLimits(query: {
    readonly at: number
    readonly limit: number
    readonly tenantId?: string
  }): Promise<readonly StoredLoginLimit[]>
}

export interface LoginLimitWriter {
  /** The levels of the charges, in their order. */
  recordAttempts(record: AttemptRecord): Promise<readonly LoginLevel[]>
  /** One subject, all of a tenant, or everything. Tells how many went. */
  clearLoginLimits(
    which: Pick<LoginSubject, 'kind' | 'key'> | { readonly tenantId: string } | 'everything',
  ): Promise<number>
}
