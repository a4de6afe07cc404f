// Which spellings are one subject, what is shown of it, and that keys tell nothing.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSubjectKey, knownSource, loginSubjects, usernameSubject } from './login-subjects.ts'

const subjectKey = createSubjectKey(new Uint8Array(32))
const APPLICATION = '11111111-2222-4333-8444-555555555555'
const TENANT = 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee'
const NAME = `contoso.${APPLICATION}.${TENANT}`

test('however a name is written, it is one', () => {
  const forms = [NAME, NAME.toUpperCase(), NAME.replaceAll('.', '|'), `Contoso|${APPLICATION}|${TENANT.toUpperCase()}`]
  assert.equal(new Set(forms.map((form) => usernameSubject(subjectKey, form).key)).size, 1)
  assert.equal(new Set(['Printer', 'printer', 'PRINTER'].map((form) => usernameSubject(subjectKey, form).key)).size, 1)
})

test('a three-part name is shown and names a tenant; any other may be a secret and is neither', () => {
  const { source, username, tenant } = loginSubjects(subjectKey, NAME.toUpperCase(), '::ffff:192.0.2.1')
  assert.deepEqual(
    [source, username, tenant].map((subject) => [subject?.kind, subject?.shown, subject?.tenantId]),
    [
      ['source', '192.0.2.1', undefined],
      ['username', NAME, TENANT],
      ['tenant', TENANT, TENANT],
    ],
  )
  const short = loginSubjects(subjectKey, 'Pasted~Secret.in.the.wrong.field', '2001:db8::1')
  assert.deepEqual([short.username?.shown, short.tenant, short.source.shown], ['', undefined, '2001:db8:0:0::/64'])
  assert.deepEqual(Object.keys(loginSubjects(subjectKey, '', '192.0.2.1')), ['source'])
})

test('keys hold nothing of what they are made from, and differ by kind, name and installation', () => {
  const other = createSubjectKey(new Uint8Array(32).fill(1))
  const keys = [
    subjectKey('username', 'a'),
    subjectKey('source', 'a'),
    subjectKey('username', 'b'),
    other('username', 'a'),
  ]
  assert.equal(new Set(keys).size, 4)
  for (const key of keys) assert.match(key, /^[\w-]{22}$/)
})

test('a known network does not tell which names share it', () => {
  const of = (name: string, address: string) => knownSource(subjectKey, loginSubjects(subjectKey, name, address))
  assert.notEqual(of('one', '192.0.2.1').sourceKey, of('two', '192.0.2.1').sourceKey)
  assert.deepEqual(of('ONE', '192.0.2.1'), of('one', '::ffff:192.0.2.1'))
})

test('people are counted by themselves, and known by the browser', () => {
  const device = loginSubjects(subjectKey, 'one', '192.0.2.1')
  const person = loginSubjects(subjectKey, 'one', '192.0.2.1', 'people')
  assert.notEqual(device.source.key, person.source.key)
  assert.equal(device.source.shown, person.source.shown)
  const keys = [device, person].flatMap((subjects) => [
    knownSource(subjectKey, subjects).sourceKey,
    knownSource(subjectKey, subjects, 'a').sourceKey,
    knownSource(subjectKey, subjects, 'b').sourceKey,
  ])
  assert.equal(new Set(keys).size, 4)
})

test('what is too long for a name is not put in order', () => {
  const marks = `a${'\u0301\u0323'.repeat(250_000)}`
  assert.equal(loginSubjects(subjectKey, marks, '').username?.shown, '')
})
