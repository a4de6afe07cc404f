// Lets the content of a message go once neither the message nor a capture of it needs it.

import { lock, run, type Sql } from './sql.ts'

/** To be called after the message has come to its end or the capture was deleted, in that transaction. */
export type ReleaseContent = (contentId: string) => Sql<unknown>

// Values rather than EXISTS, which PostgreSQL may answer for all rows at once from the whole of the other table.
export const STILL_NEEDED = `
  (SELECT status FROM messages WHERE queue_id = contents.content_id) IS NOT DISTINCT FROM 'queued'
  OR (SELECT capture_id FROM captures WHERE capture_id = contents.content_id) IS NOT NULL`

/** Of a content that is not needed any more. */
const DELETE_CONTENT = `DELETE FROM contents WHERE content_id = ? AND NOT (${STILL_NEEDED})`

/** The message and its capture may come to their ends at the same moment: whoever is second sees the first. */
const lockContent = (contentId: string): Sql<void> => lock('SELECT 1 FROM contents WHERE content_id = ?', contentId)

/** Where nothing but its row holds a content. */
export function* releaseContent(contentId: string): Sql<void> {
  yield* lockContent(contentId)
  yield* run(DELETE_CONTENT, contentId)
}
