// What was asked for over HTTP. The SQL keeps to the subset of 000001.

export const emailOperationsMigration = `
-- resource_key: the ARM id of the communication service in lower case.
-- request_key: what makes a request the same again; the operation id where nothing else does.
-- fingerprint: digest of the request's body.
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
