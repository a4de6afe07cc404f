// What keeps mail from leaving: holds of operators, and addresses that mail no longer goes to. And an index of what waits, for whoever
// looks after it. Addresses of suppression lists are found by the address from here on. The SQL keeps to the subset of 000001.

export const deliveryMigration = `
-- hold_id: what keeps a message parked; it has a next_due only for recipients that the hold leaves alone. released: an operator let it
-- go although its sender may not send any more.
ALTER TABLE messages ADD COLUMN hold_id TEXT;
ALTER TABLE messages ADD COLUMN released BIGINT NOT NULL DEFAULT 0;
CREATE INDEX messages_held ON messages (hold_id, queue_id) WHERE hold_id IS NOT NULL;
CREATE INDEX messages_queued ON messages (tenant_id, queue_id) WHERE status = 'queued';

-- kind: 'broad', 'message' (queue_id is the one) or 'revoked' (application_id is whose). selection: JSON. at_claim: 1 when every claim
-- looks at it, because it is broad or being undone. undone: 1 when what it stopped is let go, a few at a time.
CREATE TABLE holds (
  hold_id TEXT NOT NULL PRIMARY KEY,
  tenant_id TEXT NOT NULL REFERENCES tenants (tenant_id),
  kind TEXT NOT NULL,
  queue_id TEXT,
  application_id TEXT,
  selection TEXT NOT NULL,
  reason TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  created_by TEXT NOT NULL,
  at_claim BIGINT NOT NULL,
  undone BIGINT NOT NULL
);
CREATE INDEX holds_by_tenant ON holds (tenant_id, hold_id);
CREATE INDEX holds_at_claim ON holds (hold_id) WHERE at_claim = 1;
CREATE UNIQUE INDEX holds_of_messages ON holds (queue_id, tenant_id) WHERE kind = 'message';
CREATE UNIQUE INDEX holds_of_revoked ON holds (tenant_id, application_id) WHERE kind = 'revoked' AND undone = 0;

-- reason: 'hard bounce' or 'operator'. A bounce that is over stays for a while, since the next one lasts longer.
CREATE TABLE suppressions (
  tenant_id TEXT NOT NULL REFERENCES tenants (tenant_id),
  address TEXT NOT NULL,
  reason TEXT NOT NULL,
  detail TEXT NOT NULL,
  queue_id TEXT,
  created_at BIGINT NOT NULL,
  expires_at BIGINT,
  bounces BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, address)
);
CREATE INDEX suppressions_by_end ON suppressions (expires_at) WHERE expires_at IS NOT NULL;

UPDATE resources SET lookup_key = lower(json_extract(properties, '$.listName'))
  WHERE type_key = 'microsoft.communication/emailservices/domains/suppressionlists';
UPDATE resources SET lookup_key = lower(json_extract(properties, '$.email'))
  WHERE type_key = 'microsoft.communication/emailservices/domains/suppressionlists/suppressionlistaddresses';
`
