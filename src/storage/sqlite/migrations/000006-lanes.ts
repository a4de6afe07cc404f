// What waits is found by application and destination too, not by age alone, so that claims can be fair (see spool/lane.ts). Both indexes
// are of numbers alone. Mail that was queued before stands in a lane of its own.

export const lanesMigration = `
ALTER TABLE messages ADD COLUMN lane BIGINT NOT NULL DEFAULT 0;
DROP INDEX messages_due;
CREATE INDEX messages_due ON messages (next_due) WHERE next_due IS NOT NULL;
CREATE INDEX messages_lanes ON messages (lane, next_due) WHERE next_due IS NOT NULL;
`
