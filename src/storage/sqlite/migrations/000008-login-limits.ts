// How many logins failed lately, and which networks an SMTP username was signed in from. Keys are keyed hashes. The SQL keeps to the
// subset of 000001.

export const loginLimitsMigration = `
-- until: when all that is counted here is forgotten. subject: what the operator is shown; empty for a username that may be a secret.
-- tenant_id: as the username names it, whether there is such a tenant or not.
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

-- source_key: of the network together with the username, so that it does not tell which usernames share one.
CREATE TABLE known_login_sources (
  username_key TEXT NOT NULL,
  source_key TEXT NOT NULL,
  seen_at BIGINT NOT NULL,
  PRIMARY KEY (username_key, source_key)
);
CREATE INDEX known_login_sources_by_age ON known_login_sources (seen_at);
`
