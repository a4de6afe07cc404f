// What PostgreSQL's column types become: the values that rooms know from SQLite. Booleans are 0 and 1, every number is a number and
// must fit one exactly, octets are a Uint8Array, all else is text. Held by the pool, never set for the whole process, where other
// users of `pg` would get them too.

import type { CustomTypesConfig } from 'pg'
import type { Value } from '../sql/sql.ts'

const BOOL = 16
const BYTEA = 17
const INT8 = 20
const INT2 = 21
const INT4 = 23
const OID = 26
const FLOAT4 = 700
const FLOAT8 = 701
const NUMERIC = 1700

const parsers = new Map<number, (text: string) => Value>([
  [BOOL, (text) => (text === 't' ? 1 : 0)],
  [BYTEA, readOctets],
  [INT8, readInteger],
  [INT2, Number],
  [INT4, Number],
  [OID, Number],
  [FLOAT4, Number],
  [FLOAT8, Number],
  [NUMERIC, readNumeric],
])

const asText = (text: string): Value => text

export const columnTypes: CustomTypesConfig = {
  getTypeParser: (oid: number) => parsers.get(oid) ?? asText,
}

function readInteger(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError(`${text} does not fit a number exactly`)
  return value
}

/** A sum of BIGINTs is NUMERIC. */
function readNumeric(text: string): number {
  return text.includes('.') ? Number(text) : readInteger(text)
}

/** `\x` and hexadecimal digits, the only form since version 9. The array has its memory to itself, so that it can be transferred. */
function readOctets(text: string): Uint8Array {
  const octets = Buffer.allocUnsafeSlow((text.length - 2) / 2)
  octets.write(text.slice(2), 'hex')
  return new Uint8Array(octets.buffer)
}
