import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import { findMissing } from './complete-lock.ts'

const lock = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'))

test('the lock file holds every optional package it names, so that `npm ci` takes it on every platform', () => {
  assert.deepEqual(
    findMissing(lock).map(({ name }) => name),
    [],
    'run `node tools/complete-lock.ts`',
  )
})

test('the lock file names no registry', () => {
  assert.ok(!JSON.stringify(lock).includes('"resolved":"http'))
})
