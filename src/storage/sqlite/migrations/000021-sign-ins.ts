// How people sign in. The SQL keeps to the subset of 000001.

export const signInsMigration = `
-- hash: text that says how it was made.
CREATE TABLE user_passwords (
  user_id TEXT NOT NULL,
  tenant_id TEXT NOT NULL,
  hash TEXT NOT NULL,
  changed_at BIGINT NOT NULL,
  must_change BIGINT NOT NULL,
  PRIMARY KEY (user_id)
);

-- public_key: COSE; transports: names, with spaces between them.
CREATE TABLE passkeys (
  credential_id TEXT NOT NULL,
  tenant_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  display_name TEXT NOT NULL,
  public_key BYTEA NOT NULL,
  counter BIGINT NOT NULL,
  transports TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  last_used_at BIGINT,
  PRIMARY KEY (credential_id)
);
CREATE INDEX passkeys_by_user ON passkeys (tenant_id, user_id);

-- digest: of what the browser holds; methods: names, with spaces between them.
CREATE TABLE sign_in_sessions (
  session_id TEXT NOT NULL,
  digest BYTEA NOT NULL,
  tenant_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  methods TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  ends_at BIGINT NOT NULL,
  PRIMARY KEY (session_id)
);
CREATE UNIQUE INDEX sign_in_sessions_by_digest ON sign_in_sessions (digest);
CREATE INDEX sign_in_sessions_by_user ON sign_in_sessions (tenant_id, user_id);
CREATE INDEX sign_in_sessions_by_end ON sign_in_sessions (ends_at);

-- content: JSON.
CREATE TABLE sign_in_tickets (
  digest BYTEA NOT NULL,
  kind TEXT NOT NULL,
  tenant_id TEXT NOT NULL,
  session_id TEXT,
  content TEXT NOT NULL,
  ends_at BIGINT NOT NULL,
  PRIMARY KEY (digest)
);
CREATE INDEX sign_in_tickets_by_session ON sign_in_tickets (session_id);
CREATE INDEX sign_in_tickets_by_end ON sign_in_tickets (ends_at);
`
