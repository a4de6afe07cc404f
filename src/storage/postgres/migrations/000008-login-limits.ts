// What SQLite's step of this number makes, which says what the columns mean.

const schema = `
CREATE TABLE login_limits (
  kind TEXT NOT NULL,
  subject_key TEXT NOT NULL,
  subject TEXT NOT NULL,
  tenant_id TEXT,
  attempts BIGINT NOT NULL,
  since BIGINT NOT NULL,
  last_at BIGINT NOT NULL,
  until BIGINT NOT NULL,
  PRIMARY KEY (kind, subject_key)
);
CREATE INDEX login_limits_by_end ON login_limits (until);

CREATE TABLE known_login_sources (
  username_key TEXT NOT NULL,
  source_key TEXT NOT NULL,
  seen_at BIGINT NOT NULL,
  PRIMARY KEY (username_key, source_key)
);
CREATE INDEX known_login_sources_by_age ON known_login_sources (seen_at);
`

export const loginLimitsMigration = schema.replaceAll(/ TEXT\b/g, ' TEXT COLLATE "C"')
