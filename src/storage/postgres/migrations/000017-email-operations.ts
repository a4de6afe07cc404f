// What SQLite's step of this number makes, which says what the columns mean.

const schema = `
CREATE TABLE email_operations (
  resource_key TEXT NOT NULL,
  operation_id TEXT NOT NULL,
  tenant_id TEXT NOT NULL,
  request_key TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  queue_id TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (resource_key, operation_id)
);

CREATE UNIQUE INDEX email_operations_by_request ON email_operations (resource_key, request_key);
CREATE INDEX email_operations_by_age ON email_operations (created_at);
`

export const emailOperationsMigration = schema.replaceAll(/ TEXT\b/g, ' TEXT COLLATE "C"')
