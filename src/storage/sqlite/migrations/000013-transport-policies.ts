// How others want to be connected to: MTA-STS policies, and what TLS came to, by the day. The SQL keeps to the subset of 000001.

export const transportPoliciesMigration = `
-- patterns: JSON array of host names, of which one may begin with "*.".
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

-- day: in UTC, 2031-05-04. result: success, or a result type of RFC 8460.
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
