// Which tables a copy takes over, in an order in which nothing refers to what comes later. A table that is in neither list fails a test,
// so that a new one cannot be forgotten.

export type CopiedTable = {
  readonly name: string
  /** The primary key, in whose order rows are copied. */
  readonly key: readonly string[]
  /** Columns that are not copied as they are: what is selected from SQLite in their place. */
  readonly instead?: Readonly<Record<string, string>>
  /** The column that says how many octets a row stands for, where that counts. */
  readonly octets?: string
}

/** Nobody holds a claim any more, as at every start on SQLite: what was claimed is due. */
const VOIDED_CLAIMS = {
  next_due: 'CASE WHEN next_due IS NOT NULL AND lease_until IS NOT NULL THEN received_at ELSE next_due END',
  lease_until: 'NULL',
}

/** Contents that share their octets begin at the same place of the same segment: they share the upload, too. */
const UPLOAD_ID = `segment || ':' || json_extract(extents, '$[0].offset')`

export const COPIED_TABLES: readonly CopiedTable[] = [
  { name: 'tenants', key: ['tenant_id'] },
  { name: 'subscriptions', key: ['subscription_id'] },
  { name: 'resources', key: ['id_key'] },
  { name: 'linked_domains', key: ['tenant_id', 'service_key', 'domain_key'] },
  { name: 'applications', key: ['object_id'] },
  { name: 'application_identifier_uris', key: ['tenant_id', 'uri_key'] },
  { name: 'service_principals', key: ['object_id'] },
  { name: 'password_credentials', key: ['key_id'] },
  { name: 'key_credentials', key: ['tenant_id', 'object_id', 'key_id'] },
  { name: 'federated_credentials', key: ['tenant_id', 'object_id', 'credential_id'] },
  { name: 'credential_uses', key: ['tenant_id', 'object_id', 'proof', 'key_id'] },
  { name: 'credential_devices', key: ['tenant_id', 'object_id', 'proof', 'key_id', 'network', 'username'] },
  { name: 'groups', key: ['object_id'] },
  { name: 'group_members', key: ['tenant_id', 'group_id', 'member_id'] },
  { name: 'users', key: ['object_id'] },
  { name: 'user_passwords', key: ['user_id'] },
  { name: 'passkeys', key: ['credential_id'] },
  { name: 'sign_in_sessions', key: ['session_id'] },
  { name: 'sign_in_tickets', key: ['digest'] },
  { name: 'object_owners', key: ['tenant_id', 'object_id', 'owner_id'] },
  { name: 'role_definitions', key: ['tenant_id', 'name'] },
  { name: 'role_assignments', key: ['tenant_id', 'name'] },
  { name: 'deny_assignments', key: ['tenant_id', 'name'] },
  { name: 'identity_providers', key: ['tenant_id'] },
  { name: 'sealed_records', key: ['record_id'] },
  { name: 'async_operations', key: ['operation_id'] },
  { name: 'decisions', key: ['decision_id'] },
  { name: 'decision_references', key: ['reference'] },
  { name: 'audit', key: ['tenant_id', 'at', 'ordinal'] },
  { name: 'events', key: ['event_id'] },
  { name: 'event_marks', key: ['tenant_id', 'mark'] },
  { name: 'event_subscriptions', key: ['subscription_id'] },
  { name: 'event_deliveries', key: ['event_id', 'subscription_id'] },
  { name: 'faults', key: ['fault_id'] },
  { name: 'holds', key: ['hold_id'] },
  { name: 'suppressions', key: ['tenant_id', 'address'] },
  { name: 'quotas', key: ['tenant_id', 'subject'] },
  { name: 'quota_counters', key: ['tenant_id', 'subject', 'shard'] },
  { name: 'login_limits', key: ['kind', 'subject_key'] },
  { name: 'known_login_sources', key: ['username_key', 'source_key'] },
  { name: 'sts_policies', key: ['domain'] },
  { name: 'tls_results', key: ['day', 'policy_domain', 'policy_type', 'result', 'host', 'address'] },
  { name: 'email_operations', key: ['resource_key', 'operation_id'] },
  { name: 'upstream_operations', key: ['operation_id', 'queue_id'] },
  { name: 'upstream_paces', key: ['transport'] },
  { name: 'watches', key: ['name'] },
  { name: 'statistics', key: ['tenant_id', 'subject', 'hour'] },
  { name: 'destinations', key: ['destination'] },
  { name: 'destination_permits', key: ['destination', 'node'] },
  { name: 'messages', key: ['queue_id'], instead: VOIDED_CLAIMS },
  { name: 'message_events', key: ['queue_id', 'claim'] },
  { name: 'captures', key: ['capture_id'] },
  { name: 'contents', key: ['content_id'], instead: { upload_id: UPLOAD_ID }, octets: 'size' },
]

/** Where PostgreSQL keeps what SQLite has in segment files; filled along with `contents`. */
export const CONTENT_TABLES: readonly string[] = ['uploads', 'content_chunks']

/** What is an engine's own and means nothing in the other. */
export const SQLITE_ONLY: readonly string[] = ['segments']
export const POSTGRES_ONLY: readonly string[] = ['schema_migrations', 'leases', 'copies', 'quickstart_bootstrap']
