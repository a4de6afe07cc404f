// What SQLite's step of this number makes, which says what the column means.

export const providerSignInsMigration = 'ALTER TABLE sign_in_sessions ADD COLUMN provider TEXT COLLATE "C"'
