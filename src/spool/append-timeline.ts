// How lines come to those that a row of a timeline has already.

/** Parts of one claim are one row: the later text goes behind the earlier one, as one list. */
export const APPEND_TIMELINE = `
  ON CONFLICT (queue_id, claim) DO UPDATE SET at = excluded.at,
    outcomes = substr(message_events.outcomes, 1, length(message_events.outcomes) - 1) || ',' || substr(excluded.outcomes, 2)`
