// A museum of broken configurations: each must be refused with exactly its own problems, one per line as `path: message`.
// UPDATE_GOLDENS=1 rewrites what is expected; read the difference as prose before keeping it.

import assert from 'node:assert/strict'
import { chmodSync, copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { loadConfig } from '../../src/config/load-config.ts'

const directory = mkdtempSync(join(tmpdir(), 'postern-bad-configs-'))
after(() => rmSync(directory, { recursive: true }))

const exhibits = readdirSync(import.meta.dirname, { withFileTypes: true }).filter((entry) => entry.isDirectory())

for (const { name } of exhibits)
  test(`refuses ${name}`, () => {
    const expected = join(import.meta.dirname, name, 'expected')
    // A checkout does not keep the mode that a configuration must have.
    const file = join(directory, 'postern.yaml')
    copyFileSync(join(import.meta.dirname, name, 'postern.yaml'), file)
    chmodSync(file, 0o600)
    const outcome = loadConfig(file, {})
    assert.equal(outcome.type, 'invalid')
    const lines = outcome.problems.map(({ path, message }) => `${path}: ${message}\n`)
    const report = lines.join('').replaceAll(`${directory}/`, '')
    if (process.env['UPDATE_GOLDENS'] === '1') writeFileSync(expected, report)
    assert.equal(report, readFileSync(expected, 'utf8'))
    assert.doesNotMatch(report, /CANARY/)
  })
