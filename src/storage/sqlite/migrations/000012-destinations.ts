// How fast destinations may be sent to, and which node has how many connections there. The SQL keeps to the subset of 000001.

export const destinationsMigration = `
-- destination: a domain, or the name of a transport. next_message_at: by the rate; 0 where there is none.
CREATE TABLE destinations (
  destination TEXT NOT NULL,
  window_size BIGINT NOT NULL,
  failures BIGINT NOT NULL,
  paused_until BIGINT NOT NULL,
  last_reply TEXT NOT NULL,
  next_message_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (destination)
);
CREATE INDEX destinations_by_age ON destinations (updated_at);

-- wanted: what the node would use if it could. Lapsed rows are swept.
CREATE TABLE destination_permits (
  destination TEXT NOT NULL,
  node TEXT NOT NULL,
  permits BIGINT NOT NULL,
  wanted BIGINT NOT NULL,
  until BIGINT NOT NULL,
  PRIMARY KEY (destination, node)
);
CREATE INDEX destination_permits_by_end ON destination_permits (until);
`
