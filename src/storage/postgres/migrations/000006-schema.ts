// Everything that SQLite's steps up to 000006 make, for PostgreSQL. What differs: large content lies in chunk rows instead of segment files,
// and TEXT is compared by octets everywhere, whatever the database's collation (`COLLATE "C"`). See SQLite's steps for what the columns
// mean. "../schema.test.ts" keeps the two alike.

const schema = `
CREATE TABLE tenants (
  tenant_id TEXT NOT NULL PRIMARY KEY,
  display_name TEXT NOT NULL,
  epoch BIGINT NOT NULL
);

CREATE TABLE subscriptions (
  subscription_id TEXT NOT NULL PRIMARY KEY,
  tenant_id TEXT NOT NULL REFERENCES tenants (tenant_id),
  display_name TEXT NOT NULL,
  tags TEXT,
  unregistered_providers TEXT,
  UNIQUE (tenant_id, subscription_id)
);

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
  facts TEXT NOT NULL DEFAULT '{}',
  UNIQUE (tenant_id, application_id),
  UNIQUE (tenant_id, object_id)
);

CREATE TABLE application_identifier_uris (
  tenant_id TEXT NOT NULL,
  uri_key TEXT NOT NULL,
  uri TEXT NOT NULL,
  object_id TEXT NOT NULL,
  PRIMARY KEY (tenant_id, uri_key),
  FOREIGN KEY (tenant_id, object_id) REFERENCES applications (tenant_id, object_id) ON DELETE CASCADE
);
CREATE INDEX application_identifier_uris_by_application ON application_identifier_uris (tenant_id, object_id);

CREATE TABLE service_principals (
  object_id TEXT NOT NULL PRIMARY KEY,
  application_id TEXT NOT NULL,
  tenant_id TEXT NOT NULL REFERENCES tenants (tenant_id),
  display_name TEXT NOT NULL,
  account_enabled BOOLEAN NOT NULL,
  created_at BIGINT,
  facts TEXT NOT NULL DEFAULT '{}',
  UNIQUE (tenant_id, application_id)
);
CREATE UNIQUE INDEX service_principals_by_object ON service_principals (tenant_id, object_id);

CREATE TABLE password_credentials (
  key_id TEXT NOT NULL PRIMARY KEY,
  object_id TEXT NOT NULL,
  tenant_id TEXT NOT NULL,
  display_name TEXT NOT NULL,
  hint TEXT NOT NULL,
  hash BYTEA NOT NULL,
  start_at BIGINT NOT NULL,
  end_at BIGINT NOT NULL,
  service_principal_id TEXT,
  FOREIGN KEY (tenant_id, object_id) REFERENCES applications (tenant_id, object_id) ON DELETE CASCADE
);
CREATE INDEX password_credentials_by_application ON password_credentials (tenant_id, object_id);
CREATE INDEX password_credentials_by_principal ON password_credentials (tenant_id, service_principal_id);

CREATE TABLE key_credentials (
  tenant_id TEXT NOT NULL,
  object_id TEXT NOT NULL,
  key_id TEXT NOT NULL,
  service_principal_id TEXT,
  display_name TEXT NOT NULL,
  custom_key_identifier TEXT NOT NULL,
  start_at BIGINT NOT NULL,
  end_at BIGINT NOT NULL,
  certificate BYTEA NOT NULL,
  PRIMARY KEY (tenant_id, object_id, key_id),
  FOREIGN KEY (tenant_id, object_id) REFERENCES applications (tenant_id, object_id) ON DELETE CASCADE
);
CREATE INDEX key_credentials_by_principal ON key_credentials (tenant_id, service_principal_id);

CREATE TABLE federated_credentials (
  tenant_id TEXT NOT NULL,
  object_id TEXT NOT NULL,
  credential_id TEXT NOT NULL,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  issuer TEXT NOT NULL,
  subject TEXT NOT NULL,
  audience TEXT NOT NULL,
  description TEXT NOT NULL,
  PRIMARY KEY (tenant_id, object_id, credential_id),
  UNIQUE (tenant_id, object_id, name_key),
  UNIQUE (tenant_id, object_id, issuer, subject),
  FOREIGN KEY (tenant_id, object_id) REFERENCES applications (tenant_id, object_id) ON DELETE CASCADE
);

CREATE TABLE groups (
  object_id TEXT NOT NULL PRIMARY KEY,
  tenant_id TEXT NOT NULL REFERENCES tenants (tenant_id),
  display_name TEXT NOT NULL,
  created_at BIGINT,
  facts TEXT NOT NULL DEFAULT '{}',
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

CREATE TABLE users (
  object_id TEXT NOT NULL PRIMARY KEY,
  tenant_id TEXT NOT NULL REFERENCES tenants (tenant_id),
  user_principal_name TEXT NOT NULL,
  user_principal_name_key TEXT NOT NULL,
  display_name TEXT NOT NULL,
  account_enabled BOOLEAN NOT NULL,
  created_at BIGINT NOT NULL,
  facts TEXT NOT NULL,
  UNIQUE (tenant_id, user_principal_name_key),
  UNIQUE (tenant_id, object_id)
);

CREATE TABLE object_owners (
  tenant_id TEXT NOT NULL REFERENCES tenants (tenant_id),
  object_id TEXT NOT NULL,
  owner_id TEXT NOT NULL,
  PRIMARY KEY (tenant_id, object_id, owner_id)
);
CREATE INDEX object_owners_by_owner ON object_owners (tenant_id, owner_id, object_id);

CREATE TABLE role_definitions (
  tenant_id TEXT NOT NULL REFERENCES tenants (tenant_id),
  name TEXT NOT NULL,
  role_name TEXT NOT NULL,
  description TEXT NOT NULL,
  permissions TEXT NOT NULL,
  assignable_scopes TEXT NOT NULL,
  created_at BIGINT,
  updated_at BIGINT,
  created_by TEXT,
  updated_by TEXT,
  role_name_key TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (tenant_id, name)
);
CREATE UNIQUE INDEX role_definitions_by_role_name ON role_definitions (tenant_id, role_name_key);

CREATE TABLE role_assignments (
  tenant_id TEXT NOT NULL REFERENCES tenants (tenant_id),
  name TEXT NOT NULL,
  scope TEXT NOT NULL,
  scope_key TEXT NOT NULL,
  role_definition_name TEXT NOT NULL,
  principal_id TEXT NOT NULL,
  principal_type TEXT NOT NULL,
  description TEXT,
  created_at BIGINT,
  updated_at BIGINT,
  created_by TEXT,
  updated_by TEXT,
  PRIMARY KEY (tenant_id, name),
  UNIQUE (tenant_id, scope_key, principal_id, role_definition_name)
);
CREATE INDEX role_assignments_by_principal ON role_assignments (tenant_id, principal_id);
CREATE INDEX role_assignments_by_role ON role_assignments (tenant_id, role_definition_name);

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
  created_at BIGINT,
  updated_at BIGINT,
  created_by TEXT,
  updated_by TEXT,
  PRIMARY KEY (tenant_id, name)
);

CREATE TABLE sealed_records (
  record_id TEXT NOT NULL PRIMARY KEY,
  purpose TEXT NOT NULL,
  sealed BYTEA NOT NULL,
  created_at BIGINT NOT NULL,
  resource_key TEXT
);
CREATE INDEX sealed_records_by_purpose ON sealed_records (purpose, created_at);
CREATE INDEX sealed_records_by_resource ON sealed_records (resource_key);

-- See quickstart-bootstrap.ts.
CREATE TABLE quickstart_bootstrap (
  name TEXT NOT NULL PRIMARY KEY,
  value BYTEA NOT NULL
);

-- The installation that is being copied into this database, or once was. Nothing starts on an unfinished copy. See ../../copy.
CREATE TABLE copies (
  copy_id TEXT NOT NULL PRIMARY KEY,
  key_id TEXT NOT NULL,
  runner TEXT NOT NULL,
  begun_at BIGINT NOT NULL,
  finished_at BIGINT
);

CREATE TABLE async_operations (
  operation_id TEXT NOT NULL PRIMARY KEY,
  tenant_id TEXT NOT NULL REFERENCES tenants (tenant_id),
  subscription_id TEXT NOT NULL,
  principal_id TEXT NOT NULL,
  resource_id TEXT NOT NULL,
  verb TEXT NOT NULL,
  started_at BIGINT NOT NULL,
  polls BIGINT NOT NULL
);
CREATE INDEX async_operations_by_age ON async_operations (started_at);

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

CREATE TABLE audit (
  tenant_id TEXT NOT NULL REFERENCES tenants (tenant_id),
  at BIGINT NOT NULL,
  ordinal BIGINT NOT NULL,
  principal_id TEXT NOT NULL,
  request_id TEXT NOT NULL,
  operation TEXT NOT NULL,
  target TEXT NOT NULL,
  correlation_id TEXT,
  target_key TEXT NOT NULL DEFAULT '',
  state_before TEXT,
  state_after TEXT,
  PRIMARY KEY (tenant_id, at, ordinal)
);
CREATE INDEX audit_by_age ON audit (at);

CREATE TABLE messages (
  queue_id TEXT NOT NULL PRIMARY KEY,
  tenant_id TEXT NOT NULL,
  resource_key TEXT NOT NULL,
  application_id TEXT NOT NULL,
  internet_message_id TEXT NOT NULL,
  message_id_run BIGINT NOT NULL,
  received_at BIGINT NOT NULL,
  size BIGINT NOT NULL,
  status TEXT NOT NULL,
  next_due BIGINT,
  claims BIGINT NOT NULL,
  lease_until BIGINT,
  recipient_count BIGINT NOT NULL,
  progress TEXT,
  envelope TEXT NOT NULL,
  lane BIGINT NOT NULL
);
CREATE INDEX messages_due ON messages (next_due) WHERE next_due IS NOT NULL;
CREATE INDEX messages_lanes ON messages (lane, next_due) WHERE next_due IS NOT NULL;
CREATE INDEX messages_by_resource ON messages (tenant_id, resource_key, queue_id);
CREATE INDEX messages_by_message_id ON messages (message_id_run, tenant_id, internet_message_id);

CREATE TABLE message_events (
  queue_id TEXT NOT NULL,
  claim BIGINT NOT NULL,
  at BIGINT NOT NULL,
  outcomes TEXT NOT NULL,
  PRIMARY KEY (queue_id, claim)
);

CREATE TABLE captures (
  capture_id TEXT NOT NULL PRIMARY KEY,
  tenant_id TEXT NOT NULL,
  resource_key TEXT NOT NULL,
  resource_id TEXT NOT NULL,
  reverse_path TEXT NOT NULL,
  subject TEXT NOT NULL,
  received_at BIGINT NOT NULL,
  size BIGINT NOT NULL,
  recipients TEXT NOT NULL
);
CREATE INDEX captures_by_resource ON captures (tenant_id, resource_key, capture_id);

-- Content too large for a row arrives before its message: an upload and its chunks. kept: a message took it; others are swept by age.
CREATE TABLE uploads (
  upload_id TEXT NOT NULL PRIMARY KEY,
  opened_at BIGINT NOT NULL,
  kept BOOLEAN NOT NULL
);
CREATE INDEX uploads_abandoned ON uploads (opened_at) WHERE NOT kept;

CREATE TABLE content_chunks (
  upload_id TEXT NOT NULL REFERENCES uploads (upload_id) ON DELETE CASCADE,
  ordinal BIGINT NOT NULL,
  octets BYTEA NOT NULL,
  PRIMARY KEY (upload_id, ordinal)
);

-- content_id: the queue id of the message it came with. Either octets, or an upload.
CREATE TABLE contents (
  content_id TEXT NOT NULL PRIMARY KEY,
  size BIGINT NOT NULL,
  octets BYTEA,
  upload_id TEXT REFERENCES uploads (upload_id)
);
CREATE INDEX contents_by_upload ON contents (upload_id) WHERE upload_id IS NOT NULL;
`

// Octets of mail hardly shrink, and an attempt costs more than the rest of the insert. A queue is written over and over: by default a
// million waiting messages would carry 200,000 dead rows, which every claim steps over.
const tuning = `
ALTER TABLE contents ALTER COLUMN octets SET STORAGE EXTERNAL;
ALTER TABLE content_chunks ALTER COLUMN octets SET STORAGE EXTERNAL;
ALTER TABLE messages SET (
  autovacuum_vacuum_scale_factor = 0.01,
  autovacuum_vacuum_threshold = 2000,
  autovacuum_analyze_scale_factor = 0.05,
  autovacuum_vacuum_cost_limit = 2000
);
`

export const schemaMigration = schema.replaceAll(/\bTEXT\b/g, 'TEXT COLLATE "C"') + tuning
