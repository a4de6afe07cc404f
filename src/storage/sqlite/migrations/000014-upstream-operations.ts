// Under which ids messages were given to upstreams that tell copies apart by such an id, and how fast they may be asked. The SQL keeps to
// the subset of 000001.

export const upstreamOperationsMigration = `
-- recipients: JSON, places in the envelope. standing: 'begun', 'refused' or 'accepted'. since: when it was begun first, or accepted.
-- fingerprint: of what was submitted, to know it when it is submitted again, under another queue_id; empty where nobody can.
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

-- next_at: when the next request may be made. paused_until: the upstream said so.
CREATE TABLE upstream_paces (
  transport TEXT NOT NULL PRIMARY KEY,
  next_at BIGINT NOT NULL,
  paused_until BIGINT NOT NULL
);
`
