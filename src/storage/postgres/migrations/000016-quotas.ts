// What SQLite's step of this number makes, which says what the columns mean. A counter is changed with every message it counts, in
// place where its page has room.

const schema = `
CREATE TABLE quotas (
  tenant_id TEXT NOT NULL REFERENCES tenants (tenant_id),
  subject TEXT NOT NULL,
  limits TEXT NOT NULL,
  target TEXT NOT NULL,
  changed_at BIGINT NOT NULL,
  changed_by TEXT NOT NULL,
  PRIMARY KEY (tenant_id, subject)
);

CREATE TABLE quota_counters (
  tenant_id TEXT NOT NULL REFERENCES tenants (tenant_id),
  subject TEXT NOT NULL,
  shard BIGINT NOT NULL,
  day BIGINT NOT NULL,
  tallies TEXT NOT NULL,
  PRIMARY KEY (tenant_id, subject, shard)
) WITH (fillfactor = 50);
CREATE INDEX quota_counters_by_day ON quota_counters (day);
`

export const quotasMigration = schema.replaceAll(/ TEXT\b/g, ' TEXT COLLATE "C"')
