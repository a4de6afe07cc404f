// The rest of the directory: users, owners, certificates, federated credentials, and what objects are told to be beyond what anything
// depends on (facts: JSON). service_principal_id tells a credential that was added to the service principal from one of the
// application itself. Objects made before this step have no created_at. The SQL keeps to the subset of 000001.

export const directoryObjectsMigration = `
ALTER TABLE applications ADD COLUMN facts TEXT NOT NULL DEFAULT '{}';
ALTER TABLE service_principals ADD COLUMN created_at BIGINT;
ALTER TABLE service_principals ADD COLUMN facts TEXT NOT NULL DEFAULT '{}';
CREATE UNIQUE INDEX service_principals_by_object ON service_principals (tenant_id, object_id);
ALTER TABLE groups ADD COLUMN created_at BIGINT;
ALTER TABLE groups ADD COLUMN facts TEXT NOT NULL DEFAULT '{}';

ALTER TABLE password_credentials ADD COLUMN service_principal_id TEXT;
CREATE INDEX password_credentials_by_principal ON password_credentials (tenant_id, service_principal_id);

CREATE TABLE application_identifier_uris (
  tenant_id TEXT NOT NULL,
  uri_key TEXT NOT NULL,
  uri TEXT NOT NULL,
  object_id TEXT NOT NULL,
  PRIMARY KEY (tenant_id, uri_key),
  FOREIGN KEY (tenant_id, object_id) REFERENCES applications (tenant_id, object_id) ON DELETE CASCADE
);
CREATE INDEX application_identifier_uris_by_application ON application_identifier_uris (tenant_id, object_id);

-- certificate: DER. Clients choose key_id, so it is unique within its application only.
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

-- Of applications, service principals and groups; object ids are unique over all of them.
CREATE TABLE object_owners (
  tenant_id TEXT NOT NULL REFERENCES tenants (tenant_id),
  object_id TEXT NOT NULL,
  owner_id TEXT NOT NULL,
  PRIMARY KEY (tenant_id, object_id, owner_id)
);
CREATE INDEX object_owners_by_owner ON object_owners (tenant_id, owner_id, object_id);
`
