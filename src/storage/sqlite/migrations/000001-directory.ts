// Tenants and what belongs to them: directory, resources, roles; and beside them sealed records, decision traces, audit. The SQL
// is what SQLite, PostgreSQL and CockroachDB share: BOOLEAN and BYTEA have no meaning of their own to SQLite and keep 0/1 and
// octets as given; JSON is text; keys are made by the program; times are milliseconds since the epoch. `…_key` columns hold the
// lower-case form that is compared (PostgreSQL: under COLLATE "C"), the column without `_key` what was written.
// Tenants are walls: composite foreign keys keep a row from naming the parent row of another tenant.

export const directoryMigration = `
CREATE TABLE tenants (
  tenant_id TEXT NOT NULL PRIMARY KEY,
  display_name TEXT NOT NULL,
  epoch BIGINT NOT NULL
);

CREATE TABLE subscriptions (
  subscription_id TEXT NOT NULL PRIMARY KEY,
  tenant_id TEXT NOT NULL REFERENCES tenants (tenant_id),
  display_name TEXT NOT NULL,
  UNIQUE (tenant_id, subscription_id)
);

-- Every ARM type. lookup_key: what the resource is found by besides its id. verified: whether a domain may be used.
CREATE TABLE resources (
  id_key TEXT NOT NULL PRIMARY KEY,
  id TEXT NOT NULL,
  type_key TEXT NOT NULL,
  type TEXT NOT NULL,
  name TEXT NOT NULL,
  parent_key TEXT,
  tenant_id TEXT NOT NULL,
  subscription_id TEXT NOT NULL,
  location TEXT,
  tags TEXT,
  properties TEXT NOT NULL,
  system_data TEXT NOT NULL,
  etag TEXT NOT NULL,
  lookup_key TEXT,
  verified BOOLEAN NOT NULL,
  UNIQUE (tenant_id, id_key),
  FOREIGN KEY (tenant_id, subscription_id) REFERENCES subscriptions (tenant_id, subscription_id)
);
CREATE INDEX resources_by_parent ON resources (parent_key, type_key, lookup_key);
CREATE UNIQUE INDEX communication_services_by_name ON resources (lookup_key)
  WHERE type_key = 'microsoft.communication/communicationservices';
CREATE UNIQUE INDEX smtp_usernames_by_username ON resources (lookup_key)
  WHERE type_key = 'microsoft.communication/communicationservices/smtpusernames';

-- properties.linkedDomains of the communication services; a link may name a domain that is not there (any more).
CREATE TABLE linked_domains (
  tenant_id TEXT NOT NULL,
  service_key TEXT NOT NULL,
  domain_key TEXT NOT NULL,
  PRIMARY KEY (tenant_id, service_key, domain_key),
  FOREIGN KEY (tenant_id, service_key) REFERENCES resources (tenant_id, id_key) ON DELETE CASCADE
);

CREATE TABLE applications (
  object_id TEXT NOT NULL PRIMARY KEY,
  application_id TEXT NOT NULL,
  tenant_id TEXT NOT NULL REFERENCES tenants (tenant_id),
  display_name TEXT NOT NULL,
  disabled BOOLEAN NOT NULL,
  created_at BIGINT NOT NULL,
  UNIQUE (tenant_id, application_id),
  UNIQUE (tenant_id, object_id)
);

CREATE TABLE service_principals (
  object_id TEXT NOT NULL PRIMARY KEY,
  application_id TEXT NOT NULL,
  tenant_id TEXT NOT NULL REFERENCES tenants (tenant_id),
  display_name TEXT NOT NULL,
  account_enabled BOOLEAN NOT NULL,
  UNIQUE (tenant_id, application_id)
);

CREATE TABLE password_credentials (
  key_id TEXT NOT NULL PRIMARY KEY,
  object_id TEXT NOT NULL,
  tenant_id TEXT NOT NULL,
  display_name TEXT NOT NULL,
  hint TEXT NOT NULL,
  hash BYTEA NOT NULL,
  start_at BIGINT NOT NULL,
  end_at BIGINT NOT NULL,
  FOREIGN KEY (tenant_id, object_id) REFERENCES applications (tenant_id, object_id) ON DELETE CASCADE
);
CREATE INDEX password_credentials_by_application ON password_credentials (tenant_id, object_id);

CREATE TABLE groups (
  object_id TEXT NOT NULL PRIMARY KEY,
  tenant_id TEXT NOT NULL REFERENCES tenants (tenant_id),
  display_name TEXT NOT NULL,
  UNIQUE (tenant_id, object_id)
);

CREATE TABLE group_members (
  tenant_id TEXT NOT NULL,
  group_id TEXT NOT NULL,
  member_id TEXT NOT NULL,
  PRIMARY KEY (tenant_id, group_id, member_id),
  FOREIGN KEY (tenant_id, group_id) REFERENCES groups (tenant_id, object_id) ON DELETE CASCADE
);
CREATE INDEX group_members_by_member ON group_members (tenant_id, member_id, group_id);

-- Custom roles; the built-in ones are code. permissions, assignable_scopes: JSON.
CREATE TABLE role_definitions (
  tenant_id TEXT NOT NULL REFERENCES tenants (tenant_id),
  name TEXT NOT NULL,
  role_name TEXT NOT NULL,
  description TEXT NOT NULL,
  permissions TEXT NOT NULL,
  assignable_scopes TEXT NOT NULL,
  PRIMARY KEY (tenant_id, name)
);

CREATE TABLE role_assignments (
  tenant_id TEXT NOT NULL REFERENCES tenants (tenant_id),
  name TEXT NOT NULL,
  scope TEXT NOT NULL,
  scope_key TEXT NOT NULL,
  role_definition_name TEXT NOT NULL,
  principal_id TEXT NOT NULL,
  principal_type TEXT NOT NULL,
  description TEXT,
  PRIMARY KEY (tenant_id, name),
  UNIQUE (tenant_id, scope_key, principal_id, role_definition_name)
);
CREATE INDEX role_assignments_by_principal ON role_assignments (tenant_id, principal_id);

-- permissions, principals, exclude_principals: JSON.
CREATE TABLE deny_assignments (
  tenant_id TEXT NOT NULL REFERENCES tenants (tenant_id),
  name TEXT NOT NULL,
  deny_assignment_name TEXT NOT NULL,
  description TEXT NOT NULL,
  scope TEXT NOT NULL,
  scope_key TEXT NOT NULL,
  do_not_apply_to_child_scopes BOOLEAN NOT NULL,
  permissions TEXT NOT NULL,
  principals TEXT NOT NULL,
  exclude_principals TEXT NOT NULL,
  PRIMARY KEY (tenant_id, name)
);

CREATE TABLE sealed_records (
  record_id TEXT NOT NULL PRIMARY KEY,
  purpose TEXT NOT NULL,
  sealed BYTEA NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX sealed_records_by_purpose ON sealed_records (purpose, created_at);

-- decision_id is the first of the trace's references. tenant_id is whatever the attempt named, so it refers to nothing.
CREATE TABLE decisions (
  decision_id TEXT NOT NULL PRIMARY KEY,
  tenant_id TEXT,
  at BIGINT NOT NULL,
  trace TEXT NOT NULL
);
CREATE INDEX decisions_by_age ON decisions (at);

CREATE TABLE decision_references (
  reference TEXT NOT NULL PRIMARY KEY,
  decision_id TEXT NOT NULL REFERENCES decisions (decision_id) ON DELETE CASCADE
);
CREATE INDEX decision_references_by_decision ON decision_references (decision_id);

-- ordinal keeps the order of changes of the same millisecond.
CREATE TABLE audit (
  tenant_id TEXT NOT NULL REFERENCES tenants (tenant_id),
  at BIGINT NOT NULL,
  ordinal BIGINT NOT NULL,
  principal_id TEXT NOT NULL,
  request_id TEXT NOT NULL,
  operation TEXT NOT NULL,
  target TEXT NOT NULL,
  PRIMARY KEY (tenant_id, at, ordinal)
);
CREATE INDEX audit_by_age ON audit (at);
`
