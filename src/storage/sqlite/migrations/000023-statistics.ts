// Sums of mail by time. The SQL keeps to the subset of 000001.

export const statisticsMigration = `
-- subject: empty for the tenant, 'r' and the key of a resource, or 'a', an application id, a space and the key of a resource;
-- hour: when it began; steps: JSON, the sums of its steps of five minutes by their numbers.
CREATE TABLE statistics (
  tenant_id TEXT NOT NULL,
  subject TEXT NOT NULL,
  hour BIGINT NOT NULL,
  steps TEXT NOT NULL,
  PRIMARY KEY (tenant_id, subject, hour)
);
CREATE INDEX statistics_by_age ON statistics (hour);
`
