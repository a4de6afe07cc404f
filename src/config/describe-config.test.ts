import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'
import { describeConfig } from './describe-config.ts'
import { parseConfig } from './parse-config.ts'
import { configSchema } from './schema.ts'
import { type DocumentedKey, documentedKeys } from './schema-tree.ts'

const EXAMPLE = join(import.meta.dirname, '../../deploy/postern.example.yaml')
const REQUIRED = { dataDirectory: '/var/lib/postern', hostname: 'mail.example.com' }

const keys = documentedKeys(configSchema)
const withItems = keys.flatMap((key): DocumentedKey[] => [key, ...key.itemKeys])

test('the description parses to the defaults', () => {
  assert.deepEqual(parseConfig(parse(describeConfig()), '/', {}), parseConfig(REQUIRED, '/', {}))
})

test('every key is described, and every value that is not a list says what it allows', () => {
  for (const key of withItems) {
    assert.match(key.description, /^[A-Z`].*\.$/s, key.path.join('.'))
    assert.equal(key.allowed === undefined, key.isSection || Array.isArray(key.default), key.path.join('.'))
  }
})

test('every key is in the description', () => {
  const text = describeConfig()
  for (const { path } of withItems)
    assert.match(text, new RegExp(`^ *(# )?(- )?([a-z]+\\.)*${path.at(-1)}:`, 'm'), path.join('.'))
})

test('no line is longer than 120 columns', () => {
  const lines = describeConfig().split('\n')
  assert.deepEqual(
    lines.filter((line) => line.length > 120),
    [],
  )
})

// UPDATE_GOLDENS=1 rewrites it.
test('deploy/postern.example.yaml is the description', () => {
  if (process.env['UPDATE_GOLDENS'] === '1') writeFileSync(EXAMPLE, describeConfig())
  assert.equal(readFileSync(EXAMPLE, 'utf8'), describeConfig())
})
