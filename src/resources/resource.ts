// What an ARM resource is to us: one shape for every type, as it is stored and as it is shown. Rules of the single types live beside
// this file. Azure: the common envelope of control-plane reference §5.2.

export type SystemData = {
  readonly createdBy: string
  readonly createdByType: 'User' | 'Application'
  readonly createdAt: string
  readonly lastModifiedBy: string
  readonly lastModifiedByType: 'User' | 'Application'
  readonly lastModifiedAt: string
}

/** `id`, `name` and `type` keep the casing they were created with and are compared without regard to case. */
export type Resource = {
  readonly id: string
  readonly name: string
  readonly type: string
  readonly tenantId: string
  readonly subscriptionId: string
  readonly location?: string
  readonly tags?: Readonly<Record<string, string>>
  readonly properties: Readonly<Record<string, unknown>>
  readonly systemData: SystemData
  readonly etag: string
}
