// From where, and as whom, each credential was used in the last day. The SQL keeps to the subset of 000001.

export const credentialDevicesMigration = `
-- A device is known by its network and the SMTP username in small letters, which is empty where a token was asked for.
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

-- What is known of them: one for each credential, the one that used it last.
INSERT INTO credential_devices (tenant_id, object_id, proof, key_id, network, username, used_at)
SELECT tenant_id, object_id, proof, key_id, network,
  CASE WHEN door = 'smtp' THEN lower(COALESCE(username, '')) ELSE '' END, used_at
FROM credential_uses;
`
