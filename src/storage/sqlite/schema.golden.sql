CREATE TABLE application_identifier_uris (
  tenant_id TEXT NOT NULL,
  uri_key TEXT NOT NULL,
  uri TEXT NOT NULL,
  object_id TEXT NOT NULL,
  PRIMARY KEY (tenant_id, uri_key),
  FOREIGN KEY (tenant_id, object_id) REFERENCES applications (tenant_id, object_id) ON DELETE CASCADE
);

CREATE INDEX application_identifier_uris_by_application ON application_identifier_uris (tenant_id, object_id);

CREATE TABLE applications (
  object_id TEXT NOT NULL PRIMARY KEY,
  application_id TEXT NOT NULL,
  tenant_id TEXT NOT NULL REFERENCES tenants (tenant_id),
  display_name TEXT NOT NULL,
  disabled BOOLEAN NOT NULL,
  created_at BIGINT NOT NULL, facts TEXT NOT NULL DEFAULT '{}',
  UNIQUE (tenant_id, application_id),
  UNIQUE (tenant_id, object_id)
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

CREATE TABLE audit (
  tenant_id TEXT NOT NULL REFERENCES tenants (tenant_id),
  at BIGINT NOT NULL,
  ordinal BIGINT NOT NULL,
  principal_id TEXT NOT NULL,
  request_id TEXT NOT NULL,
  operation TEXT NOT NULL,
  target TEXT NOT NULL, correlation_id TEXT, target_key TEXT NOT NULL DEFAULT '', state_before TEXT, state_after TEXT,
  PRIMARY KEY (tenant_id, at, ordinal)
);

CREATE INDEX audit_by_age ON audit (at);

CREATE INDEX audit_search ON audit (tenant_id, at, ordinal, principal_id, operation, target_key);

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

CREATE TABLE contents (
  content_id TEXT NOT NULL PRIMARY KEY,
  size BIGINT NOT NULL,
  octets BYTEA,
  segment TEXT,
  extents TEXT
);

CREATE INDEX contents_by_segment ON contents (segment) WHERE segment IS NOT NULL;

CREATE TABLE credential_devices (
  tenant_id TEXT NOT NULL,
  object_id TEXT NOT NULL,
  proof TEXT NOT NULL,
  key_id TEXT NOT NULL,
  network TEXT NOT NULL,
  username TEXT NOT NULL,
  used_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, object_id, proof, key_id, network, username),
  FOREIGN KEY (tenant_id, object_id, proof, key_id)
    REFERENCES credential_uses (tenant_id, object_id, proof, key_id) ON DELETE CASCADE
);

CREATE INDEX credential_devices_by_age ON credential_devices (used_at);

CREATE TABLE credential_uses (
  tenant_id TEXT NOT NULL,
  object_id TEXT NOT NULL,
  proof TEXT NOT NULL,
  key_id TEXT NOT NULL,
  used_at BIGINT NOT NULL,
  network TEXT NOT NULL,
  door TEXT NOT NULL,
  username TEXT,
  PRIMARY KEY (tenant_id, object_id, proof, key_id),
  FOREIGN KEY (tenant_id, object_id) REFERENCES applications (tenant_id, object_id) ON DELETE CASCADE
);

CREATE TABLE decision_references (
  reference TEXT NOT NULL PRIMARY KEY,
  decision_id TEXT NOT NULL REFERENCES decisions (decision_id) ON DELETE CASCADE
);

CREATE INDEX decision_references_by_decision ON decision_references (decision_id);

CREATE TABLE decisions (
  decision_id TEXT NOT NULL PRIMARY KEY,
  tenant_id TEXT,
  at BIGINT NOT NULL,
  trace TEXT NOT NULL
, stage TEXT, reason TEXT, application_id TEXT, resource_key TEXT);

CREATE INDEX decisions_by_age ON decisions (at);

CREATE INDEX decisions_by_tenant ON decisions (tenant_id, at, decision_id, stage, reason, application_id, resource_key);

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
  exclude_principals TEXT NOT NULL, created_at BIGINT, updated_at BIGINT, created_by TEXT, updated_by TEXT,
  PRIMARY KEY (tenant_id, name)
);

CREATE TABLE destination_permits (
  destination TEXT NOT NULL,
  node TEXT NOT NULL,
  permits BIGINT NOT NULL,
  wanted BIGINT NOT NULL,
  until BIGINT NOT NULL,
  PRIMARY KEY (destination, node)
);

CREATE INDEX destination_permits_by_end ON destination_permits (until);

CREATE TABLE destinations (
  destination TEXT NOT NULL,
  window_size BIGINT NOT NULL,
  failures BIGINT NOT NULL,
  paused_until BIGINT NOT NULL,
  last_reply TEXT NOT NULL,
  next_message_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (destination)
);

CREATE INDEX destinations_by_age ON destinations (updated_at);

CREATE TABLE email_operations (
  resource_key TEXT NOT NULL,
  operation_id TEXT NOT NULL,
  tenant_id TEXT NOT NULL,
  request_key TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  queue_id TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (resource_key, operation_id)
);

CREATE INDEX email_operations_by_age ON email_operations (created_at);

CREATE UNIQUE INDEX email_operations_by_request ON email_operations (resource_key, request_key);

CREATE TABLE event_deliveries (
  event_id TEXT NOT NULL,
  subscription_id TEXT NOT NULL,
  status TEXT NOT NULL,
  next_at BIGINT,
  claims BIGINT NOT NULL,
  tries BIGINT NOT NULL,
  attempts TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (event_id, subscription_id)
);

CREATE INDEX event_deliveries_by_subscription ON event_deliveries (subscription_id, event_id);

CREATE INDEX event_deliveries_dead ON event_deliveries (subscription_id, event_id) WHERE status = 'dead';

CREATE INDEX event_deliveries_due ON event_deliveries (subscription_id, next_at) WHERE next_at IS NOT NULL;

CREATE TABLE event_marks (
  tenant_id TEXT NOT NULL REFERENCES tenants (tenant_id),
  mark TEXT NOT NULL,
  until BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, mark)
);

CREATE INDEX event_marks_by_end ON event_marks (until);

CREATE TABLE event_subscriptions (
  subscription_id TEXT NOT NULL PRIMARY KEY,
  tenant_id TEXT NOT NULL REFERENCES tenants (tenant_id),
  scope TEXT NOT NULL,
  scope_key TEXT NOT NULL,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  settings TEXT NOT NULL,
  sealed BYTEA NOT NULL,
  validation_code TEXT,
  validation_until BIGINT,
  created_at BIGINT NOT NULL
);

CREATE UNIQUE INDEX event_subscriptions_by_name ON event_subscriptions (tenant_id, scope_key, name_key);

CREATE TABLE events (
  event_id TEXT NOT NULL PRIMARY KEY,
  tenant_id TEXT NOT NULL REFERENCES tenants (tenant_id),
  source TEXT NOT NULL,
  type TEXT NOT NULL,
  subject TEXT NOT NULL,
  at BIGINT NOT NULL,
  data TEXT NOT NULL
, to_spread BIGINT);

CREATE INDEX events_by_age ON events (at);

CREATE INDEX events_by_tenant ON events (tenant_id, event_id);

CREATE INDEX events_by_type ON events (tenant_id, type, event_id)
  WHERE type <> 'Microsoft.Communication.EmailDeliveryReportReceived';

CREATE INDEX events_to_spread ON events (event_id) WHERE to_spread = 1;

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

CREATE TABLE group_members (
  tenant_id TEXT NOT NULL,
  group_id TEXT NOT NULL,
  member_id TEXT NOT NULL,
  PRIMARY KEY (tenant_id, group_id, member_id),
  FOREIGN KEY (tenant_id, group_id) REFERENCES groups (tenant_id, object_id) ON DELETE CASCADE
);

CREATE INDEX group_members_by_member ON group_members (tenant_id, member_id, group_id);

CREATE TABLE groups (
  object_id TEXT NOT NULL PRIMARY KEY,
  tenant_id TEXT NOT NULL REFERENCES tenants (tenant_id),
  display_name TEXT NOT NULL, created_at BIGINT, facts TEXT NOT NULL DEFAULT '{}',
  UNIQUE (tenant_id, object_id)
);

CREATE TABLE holds (
  hold_id TEXT NOT NULL PRIMARY KEY,
  tenant_id TEXT NOT NULL REFERENCES tenants (tenant_id),
  kind TEXT NOT NULL,
  queue_id TEXT,
  application_id TEXT,
  selection TEXT NOT NULL,
  reason TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  created_by TEXT NOT NULL,
  at_claim BIGINT NOT NULL,
  undone BIGINT NOT NULL
);

CREATE INDEX holds_at_claim ON holds (hold_id) WHERE at_claim = 1;

CREATE INDEX holds_by_tenant ON holds (tenant_id, hold_id);

CREATE UNIQUE INDEX holds_of_messages ON holds (queue_id, tenant_id) WHERE kind = 'message';

CREATE UNIQUE INDEX holds_of_revoked ON holds (tenant_id, application_id) WHERE kind = 'revoked' AND undone = 0;

CREATE TABLE identity_providers (
  tenant_id TEXT NOT NULL PRIMARY KEY REFERENCES tenants (tenant_id),
  settings TEXT NOT NULL
);

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

CREATE TABLE known_login_sources (
  username_key TEXT NOT NULL,
  source_key TEXT NOT NULL,
  seen_at BIGINT NOT NULL,
  PRIMARY KEY (username_key, source_key)
);

CREATE INDEX known_login_sources_by_age ON known_login_sources (seen_at);

CREATE TABLE linked_domains (
  tenant_id TEXT NOT NULL,
  service_key TEXT NOT NULL,
  domain_key TEXT NOT NULL,
  PRIMARY KEY (tenant_id, service_key, domain_key),
  FOREIGN KEY (tenant_id, service_key) REFERENCES resources (tenant_id, id_key) ON DELETE CASCADE
);

CREATE TABLE login_limits (
  kind TEXT NOT NULL,
  subject_key TEXT NOT NULL,
  subject TEXT NOT NULL,
  tenant_id TEXT,
  attempts BIGINT NOT NULL,
  since BIGINT NOT NULL,
  last_at BIGINT NOT NULL,
  until BIGINT NOT NULL,
  PRIMARY KEY (kind, subject_key)
);

CREATE INDEX login_limits_by_end ON login_limits (until);

CREATE TABLE message_events (
  queue_id TEXT NOT NULL,
  claim BIGINT NOT NULL,
  at BIGINT NOT NULL,
  outcomes TEXT NOT NULL,
  PRIMARY KEY (queue_id, claim)
);

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
  envelope TEXT NOT NULL
, lane BIGINT NOT NULL DEFAULT 0, hold_id TEXT, released BIGINT NOT NULL DEFAULT 0, engagements BIGINT NOT NULL DEFAULT 0);

CREATE INDEX messages_by_message_id ON messages (message_id_run, tenant_id, internet_message_id);

CREATE INDEX messages_by_resource ON messages (tenant_id, resource_key, queue_id);

CREATE INDEX messages_due ON messages (next_due) WHERE next_due IS NOT NULL;

CREATE INDEX messages_held ON messages (hold_id, queue_id) WHERE hold_id IS NOT NULL;

CREATE INDEX messages_lanes ON messages (lane, next_due) WHERE next_due IS NOT NULL;

CREATE INDEX messages_queued ON messages (tenant_id, queue_id) WHERE status = 'queued';

CREATE TABLE object_owners (
  tenant_id TEXT NOT NULL REFERENCES tenants (tenant_id),
  object_id TEXT NOT NULL,
  owner_id TEXT NOT NULL,
  PRIMARY KEY (tenant_id, object_id, owner_id)
);

CREATE INDEX object_owners_by_owner ON object_owners (tenant_id, owner_id, object_id);

CREATE TABLE passkeys (
  credential_id TEXT NOT NULL,
  tenant_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  display_name TEXT NOT NULL,
  public_key BYTEA NOT NULL,
  counter BIGINT NOT NULL,
  transports TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  last_used_at BIGINT,
  PRIMARY KEY (credential_id)
);

CREATE INDEX passkeys_by_user ON passkeys (tenant_id, user_id);

CREATE TABLE password_credentials (
  key_id TEXT NOT NULL PRIMARY KEY,
  object_id TEXT NOT NULL,
  tenant_id TEXT NOT NULL,
  display_name TEXT NOT NULL,
  hint TEXT NOT NULL,
  hash BYTEA NOT NULL,
  start_at BIGINT NOT NULL,
  end_at BIGINT NOT NULL, service_principal_id TEXT, kind TEXT NOT NULL DEFAULT 'password', network TEXT NOT NULL DEFAULT '',
  FOREIGN KEY (tenant_id, object_id) REFERENCES applications (tenant_id, object_id) ON DELETE CASCADE
);

CREATE INDEX password_credentials_by_application ON password_credentials (tenant_id, object_id);

CREATE INDEX password_credentials_by_principal ON password_credentials (tenant_id, service_principal_id);

CREATE TABLE quota_counters (
  tenant_id TEXT NOT NULL REFERENCES tenants (tenant_id),
  subject TEXT NOT NULL,
  shard BIGINT NOT NULL,
  day BIGINT NOT NULL,
  tallies TEXT NOT NULL,
  PRIMARY KEY (tenant_id, subject, shard)
);

CREATE INDEX quota_counters_by_day ON quota_counters (day);

CREATE TABLE quotas (
  tenant_id TEXT NOT NULL REFERENCES tenants (tenant_id),
  subject TEXT NOT NULL,
  limits TEXT NOT NULL,
  target TEXT NOT NULL,
  changed_at BIGINT NOT NULL,
  changed_by TEXT NOT NULL,
  PRIMARY KEY (tenant_id, subject)
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

CREATE UNIQUE INDEX communication_services_by_name ON resources (lookup_key)
  WHERE type_key = 'microsoft.communication/communicationservices';

CREATE INDEX resources_by_parent ON resources (parent_key, type_key, lookup_key);

CREATE INDEX resources_by_type ON resources (tenant_id, type_key, id_key);

CREATE UNIQUE INDEX smtp_usernames_by_username ON resources (lookup_key)
  WHERE type_key = 'microsoft.communication/communicationservices/smtpusernames';

CREATE TABLE role_assignments (
  tenant_id TEXT NOT NULL REFERENCES tenants (tenant_id),
  name TEXT NOT NULL,
  scope TEXT NOT NULL,
  scope_key TEXT NOT NULL,
  role_definition_name TEXT NOT NULL,
  principal_id TEXT NOT NULL,
  principal_type TEXT NOT NULL,
  description TEXT, created_at BIGINT, updated_at BIGINT, created_by TEXT, updated_by TEXT,
  PRIMARY KEY (tenant_id, name),
  UNIQUE (tenant_id, scope_key, principal_id, role_definition_name)
);

CREATE INDEX role_assignments_by_principal ON role_assignments (tenant_id, principal_id);

CREATE INDEX role_assignments_by_role ON role_assignments (tenant_id, role_definition_name, name, scope_key);

CREATE TABLE role_definitions (
  tenant_id TEXT NOT NULL REFERENCES tenants (tenant_id),
  name TEXT NOT NULL,
  role_name TEXT NOT NULL,
  description TEXT NOT NULL,
  permissions TEXT NOT NULL,
  assignable_scopes TEXT NOT NULL, created_at BIGINT, updated_at BIGINT, created_by TEXT, updated_by TEXT, role_name_key TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (tenant_id, name)
);

CREATE UNIQUE INDEX role_definitions_by_role_name ON role_definitions (tenant_id, role_name_key);

CREATE TABLE sealed_records (
  record_id TEXT NOT NULL PRIMARY KEY,
  purpose TEXT NOT NULL,
  sealed BYTEA NOT NULL,
  created_at BIGINT NOT NULL
, resource_key TEXT);

CREATE INDEX sealed_records_by_purpose ON sealed_records (purpose, created_at);

CREATE INDEX sealed_records_by_resource ON sealed_records (resource_key);

CREATE TABLE segments (
  segment TEXT NOT NULL PRIMARY KEY,
  opened_at BIGINT NOT NULL,
  state TEXT NOT NULL,
  empty_since BIGINT
);

CREATE TABLE service_principals (
  object_id TEXT NOT NULL PRIMARY KEY,
  application_id TEXT NOT NULL,
  tenant_id TEXT NOT NULL REFERENCES tenants (tenant_id),
  display_name TEXT NOT NULL,
  account_enabled BOOLEAN NOT NULL, created_at BIGINT, facts TEXT NOT NULL DEFAULT '{}',
  UNIQUE (tenant_id, application_id)
);

CREATE UNIQUE INDEX service_principals_by_object ON service_principals (tenant_id, object_id);

CREATE TABLE sign_in_sessions (
  session_id TEXT NOT NULL,
  digest BYTEA NOT NULL,
  tenant_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  methods TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  ends_at BIGINT NOT NULL, provider TEXT,
  PRIMARY KEY (session_id)
);

CREATE UNIQUE INDEX sign_in_sessions_by_digest ON sign_in_sessions (digest);

CREATE INDEX sign_in_sessions_by_end ON sign_in_sessions (ends_at);

CREATE INDEX sign_in_sessions_by_user ON sign_in_sessions (tenant_id, user_id);

CREATE TABLE sign_in_tickets (
  digest BYTEA NOT NULL,
  kind TEXT NOT NULL,
  tenant_id TEXT NOT NULL,
  session_id TEXT,
  content TEXT NOT NULL,
  ends_at BIGINT NOT NULL,
  PRIMARY KEY (digest)
);

CREATE INDEX sign_in_tickets_by_end ON sign_in_tickets (ends_at);

CREATE INDEX sign_in_tickets_by_session ON sign_in_tickets (session_id);

CREATE TABLE statistics (
  tenant_id TEXT NOT NULL,
  subject TEXT NOT NULL,
  hour BIGINT NOT NULL,
  steps TEXT NOT NULL,
  PRIMARY KEY (tenant_id, subject, hour)
);

CREATE INDEX statistics_by_age ON statistics (hour);

CREATE TABLE sts_policies (
  domain TEXT NOT NULL,
  policy_id TEXT NOT NULL,
  mode TEXT NOT NULL,
  patterns TEXT NOT NULL,
  fetched_at BIGINT NOT NULL,
  until BIGINT NOT NULL,
  PRIMARY KEY (domain)
);

CREATE INDEX sts_policies_by_end ON sts_policies (until);

CREATE TABLE subscriptions (
  subscription_id TEXT NOT NULL PRIMARY KEY,
  tenant_id TEXT NOT NULL REFERENCES tenants (tenant_id),
  display_name TEXT NOT NULL, tags TEXT, unregistered_providers TEXT,
  UNIQUE (tenant_id, subscription_id)
);

CREATE TABLE suppressions (
  tenant_id TEXT NOT NULL REFERENCES tenants (tenant_id),
  address TEXT NOT NULL,
  reason TEXT NOT NULL,
  detail TEXT NOT NULL,
  queue_id TEXT,
  created_at BIGINT NOT NULL,
  expires_at BIGINT,
  bounces BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, address)
);

CREATE INDEX suppressions_by_end ON suppressions (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE tenants (
  tenant_id TEXT NOT NULL PRIMARY KEY,
  display_name TEXT NOT NULL,
  epoch BIGINT NOT NULL
, uses_since BIGINT NOT NULL DEFAULT 0);

CREATE TABLE tls_results (
  day TEXT NOT NULL,
  policy_domain TEXT NOT NULL,
  policy_type TEXT NOT NULL,
  result TEXT NOT NULL,
  host TEXT NOT NULL,
  address TEXT NOT NULL,
  policy TEXT NOT NULL,
  sessions BIGINT NOT NULL,
  PRIMARY KEY (day, policy_domain, policy_type, result, host, address)
);

CREATE TABLE upstream_operations (
  operation_id TEXT NOT NULL,
  transport TEXT NOT NULL,
  tenant_id TEXT NOT NULL,
  queue_id TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  recipients TEXT NOT NULL,
  standing TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  since BIGINT NOT NULL,
  resume TEXT NOT NULL,
  PRIMARY KEY (operation_id, queue_id)
);

CREATE INDEX upstream_operations_by_age ON upstream_operations (created_at);

CREATE INDEX upstream_operations_by_fingerprint ON upstream_operations (fingerprint, created_at);

CREATE INDEX upstream_operations_by_message ON upstream_operations (queue_id);

CREATE TABLE upstream_paces (
  transport TEXT NOT NULL PRIMARY KEY,
  next_at BIGINT NOT NULL,
  paused_until BIGINT NOT NULL
);

CREATE TABLE user_passwords (
  user_id TEXT NOT NULL,
  tenant_id TEXT NOT NULL,
  hash TEXT NOT NULL,
  changed_at BIGINT NOT NULL,
  must_change BIGINT NOT NULL,
  PRIMARY KEY (user_id)
);

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

CREATE TABLE watches (
  name TEXT NOT NULL,
  holder TEXT NOT NULL,
  until BIGINT NOT NULL,
  position TEXT NOT NULL,
  due_at BIGINT NOT NULL,
  PRIMARY KEY (name)
);
