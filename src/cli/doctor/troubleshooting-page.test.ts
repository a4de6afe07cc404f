// docs/troubleshooting.md holds the table that the end-to-end tests go through. UPDATE_GOLDENS=1 writes it anew.

import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { MISCONFIGURATIONS } from '../../../test/fixtures/misconfigurations.ts'

const page = new URL('../../../docs/troubleshooting.md', import.meta.url)
const PLACE = /(?<=<!-- table -->\n)[^]*(?=<!-- end of table -->)/

const cell = (text: string) => text.replaceAll('|', '\\|')

function table(): string {
  const parts = MISCONFIGURATIONS.map(({ topic, cases }) => {
    const rows = cases.map(
      ({ name, symptom, check = '—', fix }) => `| ${cell(name)} | \`${cell(symptom)}\` | ${check} | \`${cell(fix)}\` |`,
    )
    return [
      `## ${topic}`,
      '',
      '| wrong | the device is told | `doctor` fails at | do first |',
      '|---|---|---|---|',
      ...rows,
      '',
    ]
  })
  return `\n${parts.flat().join('\n')}\n`
}

test('the page has the table of the tests', () => {
  const text = readFileSync(page, 'utf8')
  const wanted = text.replace(PLACE, () => table())
  if (process.env['UPDATE_GOLDENS'] === '1') writeFileSync(page, wanted)
  else assert.equal(text, wanted)
})

test('it has at least twenty-five misconfigurations, each named once', () => {
  const names = MISCONFIGURATIONS.flatMap(({ cases }) => cases.map(({ name }) => name))
  assert.ok(names.length >= 25)
  assert.equal(new Set(names).size, names.length)
})
