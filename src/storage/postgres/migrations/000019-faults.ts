// What SQLite's step of this number makes, which says what the columns mean.

const schema = `
CREATE TABLE faults (
  fault_id TEXT NOT NULL,
  tenant_id TEXT NOT NULL,
  target TEXT NOT NULL,
  kind TEXT NOT NULL,
  delay BIGINT,
  retry_after BIGINT,
  ends_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  created_by TEXT NOT NULL,
  PRIMARY KEY (fault_id)
);
CREATE UNIQUE INDEX faults_by_target ON faults (tenant_id, target, kind);
`

export const faultsMigration = schema.replaceAll(/ TEXT\b/g, ' TEXT COLLATE "C"')
