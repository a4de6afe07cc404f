// When each credential was used last and from where, and events that somebody may want to hear of. uses_since says from when uses were
// recorded at all: what was not used before that is not known to be unused. The SQL keeps to the subset of 000001.

export const credentialLifecycleMigration = `
ALTER TABLE tenants ADD COLUMN uses_since BIGINT NOT NULL DEFAULT 0;
UPDATE tenants SET uses_since = CAST(unixepoch('subsec') * 1000 AS INTEGER);

-- proof: 'secret' or 'assertion', since clients choose the ids of certificates. username: as it was given to the SMTP door.
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

-- data: JSON.
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

-- What has been told once and is not to be told again, also after its event is gone.
CREATE TABLE event_marks (
  tenant_id TEXT NOT NULL REFERENCES tenants (tenant_id),
  mark TEXT NOT NULL,
  until BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, mark)
);
CREATE INDEX event_marks_by_end ON event_marks (until);
`
