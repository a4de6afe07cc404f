// What schema a database file has, found without changing it: a running service may have it open. A file holds no history: which
// steps it has is told by its number alone, and a program that knows fewer never works with it.

import { existsSync } from 'node:fs'
import { APPLICATION_ID, type Database, openReader } from './database.ts'
import { migrations } from './migrations.ts'
import { toStoreError } from './sqlite-error.ts'

export type FileStatus = {
  /** `missing`: no file, or one without a page. The other words are those of PostgreSQL's `SchemaState`. */
  readonly state: 'missing' | 'behind' | 'current' | 'newer' | 'foreign'
  /** 0 without a schema. */
  readonly version: number
  /** What this program brings a file to. */
  readonly known: number
}

/** Throws StoreError. */
export function fileStatus(path: string): FileStatus {
  const known = migrations.length
  if (!existsSync(path)) return { state: 'missing', version: 0, known }
  const database = openReader(path)
  try {
    return { ...readStatus(database, known), known }
  } catch (error) {
    throw toStoreError(error)
  } finally {
    database.close()
  }
}

function readStatus(database: Database, known: number): Omit<FileStatus, 'known'> {
  const version = pragma(database, 'user_version')
  const mark = pragma(database, 'application_id')
  if (mark !== APPLICATION_ID) {
    const empty = mark === 0 && version === 0 && pragma(database, 'page_count') === 0
    return { state: empty ? 'missing' : 'foreign', version: 0 }
  }
  if (version === known) return { state: 'current', version }
  return { state: version < known ? 'behind' : 'newer', version }
}

function pragma(database: Database, name: string): number {
  return database.prepareArrays<[number]>(`PRAGMA ${name}`).get()?.[0] ?? 0
}
