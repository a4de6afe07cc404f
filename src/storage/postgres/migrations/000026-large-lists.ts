// What SQLite's step of this number makes, which says what the indexes are for.

export const largeListsMigration = `
DROP INDEX role_assignments_by_role;
CREATE INDEX role_assignments_by_role ON role_assignments (tenant_id, role_definition_name, name, scope_key);
CREATE INDEX resources_by_type ON resources (tenant_id, type_key, id_key);
CREATE INDEX audit_search ON audit (tenant_id, at, ordinal, principal_id, operation, target_key);
CREATE INDEX events_by_type ON events (tenant_id, type, event_id)
  WHERE type <> 'Microsoft.Communication.EmailDeliveryReportReceived';
`
