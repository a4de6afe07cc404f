// What SQLite's step of this number makes, which says what the columns mean.

const schema = `
CREATE TABLE statistics (
  tenant_id TEXT NOT NULL,
  subject TEXT NOT NULL,
  hour BIGINT NOT NULL,
  steps TEXT NOT NULL,
  PRIMARY KEY (tenant_id, subject, hour)
);
CREATE INDEX statistics_by_age ON statistics (hour);
`

export const statisticsMigration = schema.replaceAll(/ TEXT\b/g, ' TEXT COLLATE "C"')
