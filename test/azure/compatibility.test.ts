// The tables of docs/azure-compatibility.md against the program: what the page calls Yes or Partial is served, what it calls No is not, and
// nothing is served that the page does not list. The same for error codes, each of which a test here brings about.

import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { tokenRefusals } from '../../src/http/entra/token-error.ts'
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

const page = readFileSync(PAGE, 'utf8')
const rows = [...page.matchAll(ROW)].flatMap(([, methods = '', path = '', status, notes = '']) =>
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

/** The codes of the two tables: what is answered, and what never is. */
function codesOf(heading: string): readonly string[] {
  const [, table = ''] = page.split(`| ${heading} |`)
  const lines = table.split('\n\n')[0]?.split('\n').slice(2) ?? []
  // Of what is never answered the reasons name others.
  const cells = lines.map((line) => line.split(' | ')[heading === 'never answered' ? 0 : 1] ?? '')
  return cells.flatMap((cell) => [...cell.matchAll(/`([A-Za-z_]+|\d+)`/g)].map(([, code = '']) => code))
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const sources = (pattern: string) =>
  globSync(pattern, { cwd: ROOT })
    .map((file) => readFileSync(join(ROOT, file), 'utf8'))
    .join('\n')
const answered = new Set(codesOf('answered by'))

test('each error code that the page lists is brought about here', () => {
  // A sign-in that is too old takes a clock of the test's own.
  const tests = sources('{test/azure/*,src/http/graph/passkeys}.test.ts').replace(/^\/\/.*$/gm, '')
  const missing = [...answered].filter((code) => !new RegExp(`(?<![\\w])${code}(?![\\w])`).test(tests))
  assert.deepEqual(missing, [])
  assert.ok(answered.size > 90, String(answered.size))
})

test('each error code of the program is on the page, and none of those that it never answers', () => {
  const routes = sources('src/http/{*,arm/*,graph/*}.ts')
  const named = [...routes.matchAll(/\b(?:badRequest|notFound|refused)\(\s*(?:\d+,\s*)?'([A-Z][A-Za-z_]+)'/g)]
  const numbers = Object.values(tokenRefusals).map(
    (made) => (typeof made === 'function' ? made(0 as never, '') : made).number,
  )
  const given = new Set([...named.map(([, code = '']) => code), ...numbers.map(String)])
  // The body of a request that broke off: its sender is no longer there to be told.
  assert.ok(given.delete('BadRequest'))
  assert.deepEqual(
    [...given].filter((code) => !answered.has(code)),
    [],
  )
  assert.deepEqual(
    codesOf('never answered').filter((code) => given.has(code)),
    [],
  )
})
