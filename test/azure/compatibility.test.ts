// The tables of docs/azure-compatibility.md against the routes of the program: what the page calls Yes or Partial is served, what it calls
// No is not, and nothing is served that the page does not list.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, test } from 'node:test'
import { openHttpFixture } from '../../src/http/http.fixture.ts'
import { A } from '../../src/storage/two-tenants.fixture.ts'

const PAGE = new URL('../../docs/azure-compatibility.md', import.meta.url)
const GROUP = '/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}'
const ABBREVIATIONS: readonly (readonly [string, string])[] = [
  ['RG', `${GROUP}/providers/Microsoft.Communication`],
  ['SUB', '/subscriptions/{subscriptionId}/providers/Microsoft.Communication'],
]

const fixture = await openHttpFixture()
after(() => fixture.close())

/** `| METHOD … | path | status | notes |`, one operation for each method. */
const ROW = /^\| ([A-Z, ]+) \| `([^`]+)` \| (Yes|Partial|No) \|(.*)\|$/gm

const rows = [...readFileSync(PAGE, 'utf8').matchAll(ROW)].flatMap(([, methods = '', path = '', status, notes = '']) =>
  methods.split(', ').map((method) => ({ operation: `${method} ${spellOut(path)}`, status, notes: notes.trim() })),
)

function spellOut(path: string): string {
  const [first = '', ...rest] = path.split('/')
  const full = ABBREVIATIONS.find(([short]) => short === first)?.[1]
  return full === undefined ? path : [full, ...rest].join('/')
}

async function servedOperations(): Promise<readonly string[]> {
  const token = await fixture.token(await fixture.program(A))
  const answer = await fixture.request('GET', '/openapi.json', { token })
  const { paths } = (await answer.json()) as { readonly paths: Readonly<Record<string, object>> }
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
  )
}

test('the page lists exactly what is served, each once, and nothing that it says is not', async () => {
  const served = new Set(await servedOperations())
  const claimed = rows.filter(({ status }) => status !== 'No').map(({ operation }) => operation)
  assert.deepEqual([...claimed].sort(), [...served].sort())
  const denied = rows.filter(({ status }) => status === 'No').map(({ operation }) => operation)
  assert.deepEqual(
    denied.filter((operation) => served.has(operation)),
    [],
  )
})

test('what is only partly there says what is missing', () => {
  for (const { operation, status, notes } of rows) if (status === 'Partial') assert.notEqual(notes, '', operation)
})
