// Who made and who last changed what of Microsoft.Authorization, role names unique in their tenant, and an audit log that tells what
// was before and after. Rows from before this step keep null where nobody knows. target_key is the compared form of target, so that
// what happened at or below a scope is one range.

const stamps = (table: string): string =>
  ['created_at BIGINT', 'updated_at BIGINT', 'created_by TEXT', 'updated_by TEXT']
    .map((column) => `ALTER TABLE ${table} ADD COLUMN ${column};`)
    .join('\n')

export const authorizationMigration = `
${['role_definitions', 'role_assignments', 'deny_assignments'].map(stamps).join('\n')}

ALTER TABLE role_definitions ADD COLUMN role_name_key TEXT NOT NULL DEFAULT '';
UPDATE role_definitions SET role_name_key = lower(role_name);
CREATE UNIQUE INDEX role_definitions_by_role_name ON role_definitions (tenant_id, role_name_key);
CREATE INDEX role_assignments_by_role ON role_assignments (tenant_id, role_definition_name);

-- state_before, state_after: JSON, never with a secret in it.
ALTER TABLE audit ADD COLUMN correlation_id TEXT;
ALTER TABLE audit ADD COLUMN target_key TEXT NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN state_before TEXT;
ALTER TABLE audit ADD COLUMN state_after TEXT;
UPDATE audit SET target_key = lower(target);
`
