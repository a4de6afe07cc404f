// What SQLite's step of this number makes, which says what the columns mean.

const schema = `
ALTER TABLE tenants ADD COLUMN uses_since BIGINT NOT NULL DEFAULT 0;
UPDATE tenants SET uses_since = CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT);

CREATE TABLE credential_uses (
  tenant_id TEXT NOT NULL,
  object_id TEXT NOT NULL,
  proof TEXT NOT NULL,
  key_id TEXT NOT NULL,
  used_at BIGINT NOT NULL,
  network TEXT NOT NULL,
  door TEXT NOT NULL,
  username TEXT,
  PRIMARY KEY (tenant_id, object_id, proof, key_id),
  FOREIGN KEY (tenant_id, object_id) REFERENCES applications (tenant_id, object_id) ON DELETE CASCADE
);

CREATE TABLE events (
  event_id TEXT NOT NULL PRIMARY KEY,
  tenant_id TEXT NOT NULL REFERENCES tenants (tenant_id),
  source TEXT NOT NULL,
  type TEXT NOT NULL,
  subject TEXT NOT NULL,
  at BIGINT NOT NULL,
  data TEXT NOT NULL
);
CREATE INDEX events_by_tenant ON events (tenant_id, event_id);
CREATE INDEX events_by_age ON events (at);

CREATE TABLE event_marks (
  tenant_id TEXT NOT NULL REFERENCES tenants (tenant_id),
  mark TEXT NOT NULL,
  until BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, mark)
);
CREATE INDEX event_marks_by_end ON event_marks (until);
`

export const credentialLifecycleMigration = schema.replaceAll(/ TEXT\b/g, ' TEXT COLLATE "C"')
