// Device passwords: secrets short enough for a copier, kept beside the others. kind: 'password' or 'device-password'. network: the name
// of the configured network that a device password is bound to, empty for none. Their hashes are made otherwise than those of client
// secrets, so that a program that does not know the column proves nobody by them. The SQL keeps to the subset of 000001.

export const devicePasswordMigration = `
ALTER TABLE password_credentials ADD COLUMN kind TEXT NOT NULL DEFAULT 'password';
ALTER TABLE password_credentials ADD COLUMN network TEXT NOT NULL DEFAULT '';
`
