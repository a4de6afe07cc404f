// How much may be sent, and how much was. The SQL keeps to the subset of 000001.

export const quotasMigration = `
-- subject: 'application:', 'resource:' or 'domain:' with its key behind. limits: JSON. target: the path of the quota in the API.
CREATE TABLE quotas (
  tenant_id TEXT NOT NULL REFERENCES tenants (tenant_id),
  subject TEXT NOT NULL,
  limits TEXT NOT NULL,
  target TEXT NOT NULL,
  changed_at BIGINT NOT NULL,
  changed_by TEXT NOT NULL,
  PRIMARY KEY (tenant_id, subject)
);

-- What was counted for a subject, in as many rows as its limits need. day: when the day began that it was last counted in; it changes
-- once a day, so that the index costs nothing. tallies: JSON.
CREATE TABLE quota_counters (
  tenant_id TEXT NOT NULL REFERENCES tenants (tenant_id),
  subject TEXT NOT NULL,
  shard BIGINT NOT NULL,
  day BIGINT NOT NULL,
  tallies TEXT NOT NULL,
  PRIMARY KEY (tenant_id, subject, shard)
);
CREATE INDEX quota_counters_by_day ON quota_counters (day);
`
