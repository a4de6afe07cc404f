// How often a message was opened and its links followed. The SQL keeps to the subset of 000001.

export const engagementMigration = `
-- engagements: how many were told of; no more are than the program allows.
ALTER TABLE messages ADD COLUMN engagements BIGINT NOT NULL DEFAULT 0;
`
