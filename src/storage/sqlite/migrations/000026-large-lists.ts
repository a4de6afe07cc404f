// What long lists are read by. The SQL keeps to the subset of 000001.

export const largeListsMigration = `
-- In the order of the list; with the scope, so that what is elsewhere is passed by without being read.
DROP INDEX role_assignments_by_role;
CREATE INDEX role_assignments_by_role ON role_assignments (tenant_id, role_definition_name, name, scope_key);

-- Nearly every list asks which communication services there are, among any number of SMTP usernames.
CREATE INDEX resources_by_type ON resources (tenant_id, type_key, id_key);

-- Holds all that the log is searched by, so that looking for what is rare reads no states.
CREATE INDEX audit_search ON audit (tenant_id, at, ordinal, principal_id, operation, target_key);

-- Of what is rare beside the reports that every message has.
CREATE INDEX events_by_type ON events (tenant_id, type, event_id)
  WHERE type <> 'Microsoft.Communication.EmailDeliveryReportReceived';
`
