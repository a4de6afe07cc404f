// Whose turn it is at what one node does for all. The SQL keeps to the subset of 000001.

export const watchesMigration = `
-- position: how far the work is, as whoever does it told; until: when the turn lapses, 0 when nobody has it.
CREATE TABLE watches (
  name TEXT NOT NULL,
  holder TEXT NOT NULL,
  until BIGINT NOT NULL,
  position TEXT NOT NULL,
  due_at BIGINT NOT NULL,
  PRIMARY KEY (name)
);
`
