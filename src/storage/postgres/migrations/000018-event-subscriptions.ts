// What SQLite's step of this number makes, which says what the columns mean.

const schema = `
ALTER TABLE events ADD COLUMN to_spread BIGINT;
CREATE INDEX events_to_spread ON events (event_id) WHERE to_spread = 1;

CREATE TABLE event_subscriptions (
  subscription_id TEXT NOT NULL PRIMARY KEY,
  tenant_id TEXT NOT NULL REFERENCES tenants (tenant_id),
  scope TEXT NOT NULL,
  scope_key TEXT NOT NULL,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  settings TEXT NOT NULL,
  sealed BYTEA NOT NULL,
  validation_code TEXT,
  validation_until BIGINT,
  created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX event_subscriptions_by_name ON event_subscriptions (tenant_id, scope_key, name_key);

CREATE TABLE event_deliveries (
  event_id TEXT NOT NULL,
  subscription_id TEXT NOT NULL,
  status TEXT NOT NULL,
  next_at BIGINT,
  claims BIGINT NOT NULL,
  tries BIGINT NOT NULL,
  attempts TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (event_id, subscription_id)
);
CREATE INDEX event_deliveries_by_subscription ON event_deliveries (subscription_id, event_id);
CREATE INDEX event_deliveries_due ON event_deliveries (subscription_id, next_at) WHERE next_at IS NOT NULL;
CREATE INDEX event_deliveries_dead ON event_deliveries (subscription_id, event_id) WHERE status = 'dead';
`

export const eventSubscriptionsMigration = schema.replaceAll(/ TEXT\b/g, ' TEXT COLLATE "C"')
