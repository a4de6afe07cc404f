import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { checkSmtpUsername } from '../resources/smtp-username-rules.ts'
import { formatSmtpUsername, parseSmtpUsername } from './smtp-username.ts'

const APP = '0a1b2c3d-4e5f-6789-abcd-ef0123456789'
const TENANT = 'fedcba98-7654-3210-fedc-ba9876543210'
const parts = (resourceName: string) => ({ resourceName, applicationId: APP, tenantId: TENANT })

const accepted = [
  { text: `contoso.${APP}.${TENANT}`, resourceName: 'contoso' },
  { text: `contoso|${APP}|${TENANT}`, resourceName: 'contoso' },
  { text: `Contoso-Mail_1.${APP.toUpperCase()}.${TENANT.toUpperCase()}`, resourceName: 'Contoso-Mail_1' },
  { text: `${APP}.${APP}.${TENANT}`, resourceName: APP },
  { text: `a.${APP}.${TENANT}`, resourceName: 'a' },
  { text: `${'a'.repeat(63)}|${APP}|${TENANT}`, resourceName: 'a'.repeat(63) },
]

for (const { text, resourceName } of accepted)
  test(`three-part username: reads ${text}`, () => assert.deepEqual(parseSmtpUsername(text), parts(resourceName)))

const withApplication = (application: string) => `r.${application}.${TENANT}`
const withTenant = (tenant: string) => `r.${APP}.${tenant}`
const withResource = (resource: string) => `${resource}.${APP}.${TENANT}`

const refused = {
  separators: [
    `a.b.${APP}.${TENANT}`,
    `r..${APP}.${TENANT}`,
    `r.${APP}.${TENANT}.`,
    `.${APP}.${TENANT}`,
    `${APP}.${TENANT}`,
    `r|${APP}.${TENANT}`,
    `r.${APP}|${TENANT}`,
    `r|x|${APP}|${TENANT}`,
    `|${APP}|${TENANT}`,
    `a|b|r.${APP}.${TENANT}`,
    `r||${APP}.${TENANT}`,
    `a.b|${APP}|${TENANT}`,
    `r/${APP}/${TENANT}`,
    '',
    '.',
    '..',
    '||',
  ],
  tenants: [
    '../../common',
    'common',
    'organizations',
    'consumers',
    'contoso.onmicrosoft.com',
    `${TENANT}/../..`,
    `${TENANT}%2f..`,
    `${TENANT}?x=`,
    `${TENANT}#`,
    '@evil.test',
    '\\\\evil',
    `${TENANT}\r\nHost: evil`,
  ].map(withTenant),
  resources: [
    'evil.test/',
    'evil.test#',
    '127.0.0.1:80',
    '169.254.169.254',
    '[::1]',
    'x@y',
    'a'.repeat(64),
    'ｒ',
    'ä',
    '..',
    '-a',
    '_a',
    'a b',
    'a\0',
    'a\n',
    '',
  ].map(withResource),
  applications: [
    `{${APP}}`,
    APP.replaceAll('-', ''),
    `${APP}\0`,
    `${APP} `,
    ` ${APP}`,
    `${APP}\u200b`,
    APP.replace('0', '٠'),
    APP.replace('0', '０'),
    APP.slice(1),
    `${APP}0`,
    APP.replace('a', 'g'),
  ].map(withApplication),
  injections: [
    withResource("' OR 1=1--"),
    withResource('*)(uid=*'),
    withResource('$gt'),
    withResource('%'),
    withApplication("' OR 1=1--"),
    withApplication('*'),
    withTenant("' OR 1=1--"),
    withTenant('_'),
    withTenant('%'),
  ],
}

for (const [kind, texts] of Object.entries(refused))
  for (const text of texts)
    test(`three-part username: refuses ${kind}: ${JSON.stringify(text)}`, () =>
      assert.equal(parseSmtpUsername(text), undefined))

const resourceNames = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/)
const triples = fc.record(
  { resourceName: resourceNames, applicationId: fc.uuid(), tenantId: fc.uuid() },
  { noNullPrototype: true },
)
const separators = fc.constantFrom('.', '|')

test('three-part username: what is formatted is read back', () => {
  fc.assert(
    fc.property(triples, separators, (triple, separator) => {
      const text = formatSmtpUsername(triple, separator)
      assert.deepEqual(parseSmtpUsername(text), triple)
      assert.equal(parseSmtpUsername(text.toUpperCase())?.tenantId, triple.tenantId)
    }),
  )
})

test('three-part username: whatever reads as one can never be stored as an SMTP username', () => {
  const piece = fc.oneof(fc.constantFrom('.', '|', APP, TENANT, 'r', '.r', '\u212a'), resourceNames)
  const texts = fc.oneof(
    fc.tuple(triples, separators).map(([triple, separator]) => formatSmtpUsername(triple, separator)),
    fc.array(piece, { maxLength: 7 }).map((pieces) => pieces.join('')),
  )
  fc.assert(
    fc.property(texts, (text) => {
      if (parseSmtpUsername(text) !== undefined) assert.equal(checkSmtpUsername(text, []).type, 'refused')
    }),
    { numRuns: 1000 },
  )
})

test('three-part username: any text is read or refused', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      assert.equal(parseSmtpUsername(text), undefined)
      assert.equal(parseSmtpUsername('.'.repeat(1_000_000) + text), undefined)
    }),
  )
})
