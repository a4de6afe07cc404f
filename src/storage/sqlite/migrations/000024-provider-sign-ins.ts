// Sessions of people whom the tenant's provider proves. The SQL keeps to the subset of 000001.

export const providerSignInsMigration = `
-- provider: JSON, what it said of who signed in; NULL for a user of the embedded directory.
ALTER TABLE sign_in_sessions ADD COLUMN provider TEXT;
`
