// What SQLite's step of this number makes, which says what the columns mean.

const schema = `
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

export const destinationsMigration = schema.replaceAll(/ TEXT\b/g, ' TEXT COLLATE "C"')
