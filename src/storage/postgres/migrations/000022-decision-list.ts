// What SQLite's step of this number makes, which says what the columns mean.

const schema = `
ALTER TABLE decisions ADD COLUMN stage TEXT;
ALTER TABLE decisions ADD COLUMN reason TEXT;
ALTER TABLE decisions ADD COLUMN application_id TEXT;
ALTER TABLE decisions ADD COLUMN resource_key TEXT;
CREATE INDEX decisions_by_tenant ON decisions (tenant_id, at, decision_id, stage, reason, application_id, resource_key);
`

export const decisionListMigration = schema.replaceAll(/ TEXT\b/g, ' TEXT COLLATE "C"')
