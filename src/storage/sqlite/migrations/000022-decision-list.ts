// What decisions are looked for by. The SQL keeps to the subset of 000001.

export const decisionListMigration = `
-- What the trace says, for whoever looks for it; rows from before this step lack it. resource_key: as in messages.
ALTER TABLE decisions ADD COLUMN stage TEXT;
ALTER TABLE decisions ADD COLUMN reason TEXT;
ALTER TABLE decisions ADD COLUMN application_id TEXT;
ALTER TABLE decisions ADD COLUMN resource_key TEXT;

-- Holds all that a list asks, so that looking for what is rare reads no traces.
CREATE INDEX decisions_by_tenant ON decisions (tenant_id, at, decision_id, stage, reason, application_id, resource_key);
`
