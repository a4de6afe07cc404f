// What SQLite's step of this number makes, which says what the columns mean.

const schema = `
CREATE TABLE upstream_operations (
  operation_id TEXT NOT NULL,
  transport TEXT NOT NULL,
  tenant_id TEXT NOT NULL,
  queue_id TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  recipients TEXT NOT NULL,
  standing TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  since BIGINT NOT NULL,
  resume TEXT NOT NULL,
  PRIMARY KEY (operation_id, queue_id)
);
CREATE INDEX upstream_operations_by_message ON upstream_operations (queue_id);
CREATE INDEX upstream_operations_by_fingerprint ON upstream_operations (fingerprint, created_at);
CREATE INDEX upstream_operations_by_age ON upstream_operations (created_at);

CREATE TABLE upstream_paces (
  transport TEXT NOT NULL PRIMARY KEY,
  next_at BIGINT NOT NULL,
  paused_until BIGINT NOT NULL
);
`

export const upstreamOperationsMigration = schema.replaceAll(/ TEXT\b/g, ' TEXT COLLATE "C"')
