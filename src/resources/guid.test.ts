import assert from 'node:assert/strict'
import { test } from 'node:test'
import { canonicalGuid } from './guid.ts'

const GUID = '0a1b2c3d-4e5f-6789-abcd-ef0123456789'

const cases = [
  { text: GUID, guid: GUID },
  { text: GUID.toUpperCase(), guid: GUID },
  { text: `{${GUID}}`, guid: undefined },
  { text: GUID.replaceAll('-', ''), guid: undefined },
  { text: `${GUID}\n`, guid: undefined },
  { text: ` ${GUID}`, guid: undefined },
  { text: `${GUID}\0`, guid: undefined },
  { text: GUID.replace('0', '٠'), guid: undefined },
  { text: GUID.replace('0', '０'), guid: undefined },
  { text: GUID.replace('0', 'g'), guid: undefined },
  { text: GUID.replaceAll('-', '\u2010'), guid: undefined },
  { text: '', guid: undefined },
]

for (const { text, guid } of cases) test(`GUID: ${JSON.stringify(text)}`, () => assert.equal(canonicalGuid(text), guid))
