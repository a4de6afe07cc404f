// Finds stored content by its id, for threads that stream it: what is small comes out of its row, what is large is a place in a
// segment file.

import type { ContentRef, Extent } from '../../content/content.ts'
import type { Database } from './database.ts'

type ContentRow = [size: number, octets: Uint8Array | null, segment: string | null, extents: string | null]

/** Undefined when there is no such content (any more). */
export function readContent(database: Database, contentId: string): ContentRef | undefined {
  const row = database
    .prepareArrays<ContentRow>('SELECT size, octets, segment, extents FROM contents WHERE content_id = ?')
    .get(contentId)
  if (row === undefined) return undefined
  const [size, octets, segment, extents] = row
  if (octets !== null) return { kind: 'inline', size, octets }
  return { kind: 'segment', size, segment: segment ?? '', extents: JSON.parse(extents ?? '[]') as Extent[] }
}
