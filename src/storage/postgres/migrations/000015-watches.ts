// What SQLite's step of this number makes, which says what the columns mean.

const schema = `
CREATE TABLE watches (
  name TEXT NOT NULL,
  holder TEXT NOT NULL,
  until BIGINT NOT NULL,
  position TEXT NOT NULL,
  due_at BIGINT NOT NULL,
  PRIMARY KEY (name)
);
`

export const watchesMigration = schema.replaceAll(/ TEXT\b/g, ' TEXT COLLATE "C"')
