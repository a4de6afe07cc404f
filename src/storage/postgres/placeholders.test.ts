import assert from 'node:assert/strict'
import { test } from 'node:test'
import { numberPlaceholders } from './placeholders.ts'

const cases: readonly [string, string, string][] = [
  ['none', 'SELECT 1', 'SELECT 1'],
  ['several', 'VALUES (?, ?), (?,?)', 'VALUES ($1, $2), ($3,$4)'],
  ['more than nine', '?'.repeat(10), '$1$2$3$4$5$6$7$8$9$10'],
  ['in a string', `SELECT '?', ?`, `SELECT '?', $1`],
  ['after a quote in a string', `SELECT 'it''s ?', ?`, `SELECT 'it''s ?', $1`],
  ['in a name', `SELECT "a?""?", ?`, `SELECT "a?""?", $1`],
  ['in a comment to the end of the line', `SELECT ? -- what? 'so'\n, ?`, `SELECT $1 -- what? 'so'\n, $2`],
  ['in a comment in between', 'SELECT /* ?\n? */ ?', 'SELECT /* ?\n? */ $1'],
  ['minus a value', 'SELECT 1 -?', 'SELECT 1 -$1'],
]

for (const [name, source, expected] of cases)
  test(`placeholders: ${name}`, () => assert.equal(numberPlaceholders(source), expected))
