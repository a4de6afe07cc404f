// See SQLite's step of this number.

const schema = `
CREATE TABLE identity_providers (
  tenant_id TEXT NOT NULL PRIMARY KEY REFERENCES tenants (tenant_id),
  settings TEXT NOT NULL
);
`

export const identityProvidersMigration = schema.replaceAll(/ TEXT\b/g, ' TEXT COLLATE "C"')
