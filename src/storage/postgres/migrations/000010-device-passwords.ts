// What SQLite's step of this number makes, which says what the columns mean.

const schema = `
ALTER TABLE password_credentials ADD COLUMN kind TEXT NOT NULL DEFAULT 'password';
ALTER TABLE password_credentials ADD COLUMN network TEXT NOT NULL DEFAULT '';
`

export const devicePasswordMigration = schema.replaceAll(/ TEXT\b/g, ' TEXT COLLATE "C"')
