// What SQLite's step of this number makes, which says what the columns mean.

const schema = `
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

INSERT INTO credential_devices (tenant_id, object_id, proof, key_id, network, username, used_at)
SELECT tenant_id, object_id, proof, key_id, network,
  CASE WHEN door = 'smtp' THEN lower(COALESCE(username, '')) ELSE '' END, used_at
FROM credential_uses;
`

export const credentialDevicesMigration = schema.replaceAll(/ TEXT\b/g, ' TEXT COLLATE "C"')
