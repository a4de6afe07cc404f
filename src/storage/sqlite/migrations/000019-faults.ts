// What is to go wrong on request. The SQL keeps to the subset of 000001.

export const faultsMigration = `
-- target: an application id, or the id of a communication service, in lower case; delay in milliseconds, retry_after in seconds.
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
