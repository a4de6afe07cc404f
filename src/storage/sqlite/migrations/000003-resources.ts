// What the management API keeps besides the resources themselves: tags and provider registrations of subscriptions, which sealed
// records go with which resource, and the operations that are polled after they were done (`compatibility: azure`).
// The SQL is what SQLite, PostgreSQL and CockroachDB share; see 000001-directory.ts.

export const resourcesMigration = `
-- tags: JSON. unregistered_providers: JSON, namespaces in lower case.
ALTER TABLE subscriptions ADD COLUMN tags TEXT;
ALTER TABLE subscriptions ADD COLUMN unregistered_providers TEXT;

-- The resource that the record goes with when it is deleted.
ALTER TABLE sealed_records ADD COLUMN resource_key TEXT;
CREATE INDEX sealed_records_by_resource ON sealed_records (resource_key);
UPDATE sealed_records SET resource_key = SUBSTR(record_id, 12, LENGTH(record_id) - 19)
  WHERE purpose = 'access-key' AND record_id LIKE 'access-key % primary';
UPDATE sealed_records SET resource_key = SUBSTR(record_id, 12, LENGTH(record_id) - 21)
  WHERE purpose = 'access-key' AND record_id LIKE 'access-key % secondary';

-- verb: write, delete or action. polls: how often it was asked for.
CREATE TABLE async_operations (
  operation_id TEXT NOT NULL PRIMARY KEY,
  tenant_id TEXT NOT NULL REFERENCES tenants (tenant_id),
  subscription_id TEXT NOT NULL,
  principal_id TEXT NOT NULL,
  resource_id TEXT NOT NULL,
  verb TEXT NOT NULL,
  started_at BIGINT NOT NULL,
  polls BIGINT NOT NULL
);
CREATE INDEX async_operations_by_age ON async_operations (started_at);
`
