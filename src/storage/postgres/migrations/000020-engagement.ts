// What SQLite's step of this number makes, which says what the columns mean.

export const engagementMigration = `
ALTER TABLE messages ADD COLUMN engagements BIGINT NOT NULL DEFAULT 0;
`
