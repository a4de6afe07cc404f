import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DatabaseError } from 'pg'
import { StoreError } from '../store-error.ts'
import { isRaceLost, toStoreError } from './postgres-error.ts'

function databaseError(code: string): DatabaseError {
  const error = new DatabaseError('what the server says', 0, 'error')
  error.code = code
  return error
}

const cases: readonly [code: string, expected: 'full' | 'unavailable' | 'bug'][] = [
  ['53100', 'full'],
  ['53200', 'unavailable'],
  ['53300', 'unavailable'],
  ['57014', 'unavailable'],
  ['57P01', 'unavailable'],
  ['57P03', 'unavailable'],
  ['08006', 'unavailable'],
  ['08P01', 'unavailable'],
  ['25006', 'unavailable'],
  ['25P03', 'unavailable'],
  ['28P01', 'unavailable'],
  ['3D000', 'unavailable'],
  ['40001', 'unavailable'],
  ['40P01', 'unavailable'],
  ['55P03', 'unavailable'],
  ['58030', 'unavailable'],
  ['XX001', 'unavailable'],
  ['26000', 'unavailable'],
  ['25P02', 'bug'],
  ['22021', 'bug'],
  ['23503', 'bug'],
  ['23505', 'bug'],
  ['42601', 'bug'],
  ['42P01', 'bug'],
]

for (const [code, expected] of cases)
  test(`${code} is ${expected}`, () => {
    const error = databaseError(code)
    const judged = toStoreError(error)
    assert.equal(judged instanceof StoreError ? judged.code : 'bug', expected)
    if (expected === 'bug') assert.equal(judged, error)
    else assert.match((judged as Error).message, /^PostgreSQL: what the server says/)
  })

test('a lost statement hints at the pooler', () => {
  assert.match((toStoreError(databaseError('26000')) as Error).message, /"pooler: transaction"/)
})

test('what is no error of a server stays what it is', () => {
  for (const error of [new TypeError('bug'), new StoreError('full', 'full'), undefined])
    assert.equal(toStoreError(error), error)
})

test('only a lost race is run again', () => {
  const codes = ['40001', '40P01', '23505', '40003', '57014', '08006', '23503']
  assert.deepEqual(
    codes.filter((code) => isRaceLost(databaseError(code))),
    ['40001', '40P01', '23505'],
  )
})
