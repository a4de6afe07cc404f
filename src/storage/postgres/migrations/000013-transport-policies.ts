// What SQLite's step of this number makes, which says what the columns mean.

const schema = `
CREATE TABLE sts_policies (
  domain TEXT NOT NULL,
  policy_id TEXT NOT NULL,
  mode TEXT NOT NULL,
  patterns TEXT NOT NULL,
  fetched_at BIGINT NOT NULL,
  until BIGINT NOT NULL,
  PRIMARY KEY (domain)
);
CREATE INDEX sts_policies_by_end ON sts_policies (until);

CREATE TABLE tls_results (
  day TEXT NOT NULL,
  policy_domain TEXT NOT NULL,
  policy_type TEXT NOT NULL,
  result TEXT NOT NULL,
  host TEXT NOT NULL,
  address TEXT NOT NULL,
  policy TEXT NOT NULL,
  sessions BIGINT NOT NULL,
  PRIMARY KEY (day, policy_domain, policy_type, result, host, address)
);
`

export const transportPoliciesMigration = schema.replaceAll(/ TEXT\b/g, ' TEXT COLLATE "C"')
