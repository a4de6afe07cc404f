// The register of segment files on SQLite: which exist, which are still appended to, and which may go. A file never exists without
// its row, so a kill at any moment leaves none behind that nobody knows. A segment goes in steps: closed, seen without content for a
// while, doomed (from that commit on no message can be enqueued with content in it), file removed, row removed.

import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { segmentPath } from '../../content/segment-file.ts'
import type { SegmentRegistry } from '../storage.ts'
import type { Database } from './database.ts'
import type { Synchronous } from './synchronous.ts'

/** Between the seal of a content and its enqueue lies a commit or two; whoever took this long would be refused, not lost. */
const EMPTY_FOR = 10 * 60_000

/** `newId` makes a name that was never used. Runs inside the store thread's transaction. */
export function createSegmentRegistry(
  database: Database,
  newId: () => string = randomUUID,
): Synchronous<SegmentRegistry> {
  return {
    openSegment: (at) => {
      const segment = newId()
      database.prepareArrays(`INSERT INTO segments (segment, opened_at, state) VALUES (?, ?, 'open')`).run(segment, at)
      return segment
    },
    closeSegment: (segment) => {
      database.prepareArrays(`UPDATE segments SET state = 'closed' WHERE segment = ? AND state = 'open'`).run(segment)
    },
    closeAll: () => {
      database.prepareArrays(`UPDATE segments SET state = 'closed' WHERE state = 'open'`).run()
    },
  }
}

const HAS_CONTENT = 'EXISTS (SELECT 1 FROM contents WHERE contents.segment = segments.segment)'

/** Moves segments on by one step. Runs inside the transaction; files go after its commit. */
export function sweepSegments(database: Database, directory: string, at: number): void {
  for (const segment of doomedSegments(database))
    if (!existsSync(segmentPath(directory, segment)))
      database.prepareArrays('DELETE FROM segments WHERE segment = ?').run(segment)
  database
    .prepareArrays(`UPDATE segments SET state = 'doomed' WHERE empty_since <= ? AND NOT ${HAS_CONTENT}`)
    .run(at - EMPTY_FOR)
  database
    .prepareArrays(
      `UPDATE segments SET empty_since = ? WHERE state = 'closed' AND empty_since IS NULL AND NOT ${HAS_CONTENT}`,
    )
    .run(at)
  // The transaction ends in this turn of the event loop; what is doomed after it was committed.
  queueMicrotask(() => removeDoomedFiles(database, directory))
}

function doomedSegments(database: Database): readonly string[] {
  return database
    .prepareArrays<[string]>(`SELECT segment FROM segments WHERE state = 'doomed'`)
    .all()
    .map(([segment]) => segment)
}

/** What cannot be removed, or not even be read, is tried again by the next sweep. */
function removeDoomedFiles(database: Database, directory: string): void {
  const remove = (segment: string) => rm(segmentPath(directory, segment), { force: true })
  try {
    if (!database.inTransaction) void Promise.allSettled(doomedSegments(database).map(remove))
  } catch {}
}
