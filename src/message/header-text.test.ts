import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isHeaderText } from './header-text.ts'

const ENCODED_END = 'DQpCY2M6IGFAYi5leGFtcGxl'

const cases: readonly (readonly [title: string, text: string, isOne: boolean])[] = [
  ['nothing', '', true],
  ['words', 'Grüße, "all" of you: =? ?= =', true],
  ['a tab', 'a\tb', true],
  ['an encoded word', '=?UTF-8?Q?Gr=C3=BC=C3=9Fe?= and =?iso-8859-1*de?b?5A==?=', true],
  ['what looks like one', '=?utf-8?x?=0D=0A?= =?utf-8', true],
  ['CR', 'a\rb', false],
  ['LF', 'a\nb', false],
  ['NUL', 'a\0', false],
  ['NEL', 'a\u0085b', false],
  ['half a surrogate', 'a\ud800', false],
  ['an encoded CR', '=?utf-8?q?a=0Db?=', false],
  ['an encoded LF', 'x=?us-ascii?Q?=0a?=', false],
  ['an encoded line end between blanks', '=?utf-8?q?a =0D=0A b?=', false],
  ['an encoded line in base64', `"=?utf-8?B?${ENCODED_END}?="`, false],
  ['an encoded line of two octets a letter', '=?utf-16be?b?AAoAWA==?=', false],
  ['a charset that we do not know', '=?utf-7?q?+AA0ACg-?=', false],
  ['a charset that we do not know, with a language', '=?utf-7*en?q?+AA0ACg-?=', false],
]
for (const [title, text, isOne] of cases) test(title, () => assert.equal(isHeaderText(text), isOne))
