import assert from 'node:assert/strict'
import { test } from 'node:test'
import { explainSmtpUsername, repairSmtpUsername } from './smtp-username-repair.ts'

const A = '11111111-2222-3333-4444-555555555555'
const T = '66666666-7777-8888-9999-aaaaaaaaaaaa'
const RIGHT = `contoso.${A}.${T}`

const cases: readonly { name: string; text: string; repaired?: string; why?: RegExp }[] = [
  { name: 'a right one', text: RIGHT },
  { name: 'a right one with pipes', text: RIGHT.replaceAll('.', '|') },
  { name: 'both separators', text: `contoso|${A}.${T}`, repaired: RIGHT, why: /mixed/ },
  { name: 'slashes', text: `contoso/${A}/${T}`, repaired: RIGHT, why: /separated/ },
  { name: 'white space around it', text: ` ${RIGHT}\n`, repaired: RIGHT, why: /white space/ },
  { name: 'spaces within', text: `contoso . ${A} . ${T}`, repaired: RIGHT, why: /communication service/ },
  { name: 'the name last', text: `${A}.${T}.contoso`, repaired: RIGHT, why: /comes first/ },
  { name: 'the name in the middle', text: `${A}.contoso.${T}`, repaired: RIGHT, why: /comes first/ },
  { name: 'ids in capitals', text: `contoso:${A.toUpperCase()}:${T}`, repaired: RIGHT, why: /separated/ },
  { name: 'no tenant', text: `contoso.${A}`, why: /only one/ },
  { name: 'no name', text: `${A}.${T}`, why: /comes first/ },
  { name: 'three ids', text: `x.${A}.${A}.${T}`, why: /more than two/ },
  { name: 'an alias', text: 'printer', why: /stored SMTP username/ },
  { name: 'a secret', text: 'xY8~abcdefghijklmnopqrstuvwxyz0123456789', why: /stored SMTP username/ },
  { name: 'an address', text: 'printer@example.test', why: /stored SMTP username/ },
  { name: 'two names', text: `contoso.fabrikam/${A}/${T}/x`, why: /mixed|communication service|separated/ },
  { name: 'far too long', text: `${'x'.repeat(10_000)}.${A}.${T}`, why: /too long/ },
]

for (const { name, text, repaired, why } of cases)
  test(name, () => {
    assert.equal(repairSmtpUsername(text), repaired)
    const explained = explainSmtpUsername(text)
    if (why === undefined) assert.equal(explained, undefined)
    else assert.match(explained ?? '', why)
  })
