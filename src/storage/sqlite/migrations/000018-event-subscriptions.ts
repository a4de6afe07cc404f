// Who is told of events, and the outbox from which they are told. The SQL keeps to the subset of 000001.

export const eventSubscriptionsMigration = `
-- to_spread: 1 until the deliveries of the event are made; NULL for what nobody wanted to hear of when it happened, and
-- for what a program from before this step stored.
ALTER TABLE events ADD COLUMN to_spread BIGINT;
CREATE INDEX events_to_spread ON events (event_id) WHERE to_spread = 1;

-- settings: JSON, what may be shown. sealed: the rest. validation_code is NULL once the endpoint has agreed.
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

-- status: 'pending', 'delivered' or 'dead'. next_at: of a pending one, when it may be claimed; of a claimed one that is the end of its
-- lease. claims fences a sender: only the latest may settle. tries: since it was made or replayed. attempts: JSON. What belongs to a
-- subscription or an event that is gone is swept with its time.
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
