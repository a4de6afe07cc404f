// Lets contents go on PostgreSQL: their rows, and with the last row that shares it an upload. Locks are taken in order, so that two
// who let go of the same contents never wait for each other in a circle.

import { STILL_NEEDED } from '../sql/release-content.ts'
import { allArrays, lock, run, type Sql } from '../sql/sql.ts'
import { arrayLiteral } from './array-literal.ts'

export const releaseContent = (contentId: string): Sql<void> => releaseContents([contentId])

/** See `../sql/release-content.ts` for when. */
export function* releaseContents(contentIds: readonly string[]): Sql<void> {
  const ids = arrayLiteral(contentIds)
  // The message and its capture may come to their ends at the same moment: whoever is second sees the first.
  yield* lock('SELECT 1 FROM contents WHERE content_id = ANY(CAST(? AS TEXT[])) ORDER BY content_id', ids)
  const rows = yield* allArrays<[string | null]>(
    `DELETE FROM contents WHERE content_id = ANY(CAST(? AS TEXT[])) AND NOT (${STILL_NEEDED}) RETURNING upload_id`,
    ids,
  )
  const uploads = new Set(rows.flatMap(([uploadId]) => uploadId ?? []))
  if (uploads.size > 0) yield* releaseUploads(arrayLiteral([...uploads]))
}

function* releaseUploads(ids: string): Sql<void> {
  yield* lock('SELECT 1 FROM uploads WHERE upload_id = ANY(CAST(? AS TEXT[])) ORDER BY upload_id', ids)
  yield* run(
    `DELETE FROM uploads WHERE upload_id = ANY(CAST(? AS TEXT[]))
       AND NOT EXISTS (SELECT 1 FROM contents WHERE contents.upload_id = uploads.upload_id)`,
    ids,
  )
}

/** Between the first chunk and the enqueue lies the time of one transaction; whoever took this long is refused, not lost. */
const ABANDONED = 60 * 60_000
const BATCH = 20

/** Uploads that no message took. Gives how many went. */
export function* sweepUploads(at: number): Sql<number> {
  return yield* run(
    `DELETE FROM uploads WHERE NOT kept AND upload_id IN
       (SELECT upload_id FROM uploads WHERE NOT kept AND opened_at < ? ORDER BY opened_at LIMIT ${BATCH})`,
    at - ABANDONED,
  )
}
