// Who proves the logins of a tenant, where that is not the embedded directory. settings: JSON, without any secret. The SQL keeps to the
// subset of 000001.

export const identityProvidersMigration = `
CREATE TABLE identity_providers (
  tenant_id TEXT NOT NULL PRIMARY KEY REFERENCES tenants (tenant_id),
  settings TEXT NOT NULL
);
`
