import assert from 'node:assert/strict'
import test from 'node:test'
import { type Column, type Paper, renderEntries, renderTable, showTime } from './table.ts'

type Row = { readonly id: string; readonly text: string }
const COLUMNS: readonly Column<Row>[] = [
  { heading: 'Id', value: ({ id }) => id },
  { heading: 'Text', value: ({ text }) => text, flexible: true },
]
const paper = (width?: number): Paper => ({ width, bold: (text) => text, tint: (text) => text })

const cases: readonly { name: string; rows: readonly Row[]; width?: number; expected: string }[] = [
  { name: 'no rows leave the headings', rows: [], expected: 'Id  Text\n' },
  {
    name: 'columns are as wide as their widest cell, and lines have no blanks at their end',
    rows: [
      { id: 'a', text: 'one' },
      { id: 'long id', text: '' },
    ],
    expected: 'Id       Text\na        one\nlong id\n',
  },
  {
    name: 'free text is cut to the terminal, identifiers never are',
    rows: [{ id: '0123456789', text: 'the quick brown fox jumps' }],
    width: 26,
    expected: 'Id          Text\n0123456789  the quick bro…\n',
  },
  {
    name: 'a terminal too narrow for all that remains is overrun',
    rows: [{ id: '0123456789', text: 'the quick brown fox jumps' }],
    width: 5,
    expected: 'Id          Text\n0123456789  the quick b…\n',
  },
  {
    name: 'wide characters take two columns and combining ones none',
    rows: [
      { id: '日本', text: 'x' },
      { id: 'e\u0301', text: 'y' },
      { id: 'abcd', text: 'z' },
    ],
    expected: 'Id    Text\n日本  x\ne\u0301     y\nabcd  z\n',
  },
  {
    name: 'a cut counts wide characters as two',
    rows: [{ id: 'a', text: '日本語日本語日本語日本語' }],
    width: 15,
    expected: 'Id  Text\na   日本語日本…\n',
  },
  {
    name: 'line breaks, escapes and reordering are shown, not obeyed',
    rows: [{ id: 'a\nb', text: '\u001b[31mred\u009b\u202e\u2028' }],
    expected: 'Id        Text\na\\u000ab  \\u001b[31mred\\u009b\\u202e\\u2028\n',
  },
]

for (const { name, rows, width, expected } of cases)
  test(`table: ${name}`, () => assert.equal(renderTable(rows, COLUMNS, paper(width)), expected))

test('table: only the headings are bold', () => {
  const text = renderTable([{ id: 'a', text: 'b' }], COLUMNS, {
    width: undefined,
    bold: (bold) => `<${bold}>`,
    tint: (text) => text,
  })
  assert.equal(text, '<Id  Text>\na   b\n')
})

test('entries: those without a value are left out, several values take several lines', () => {
  const text = renderEntries(
    [
      ['Server', 'localhost'],
      ['Nothing', undefined],
      ['Empty', []],
      ['Zero', 0],
      ['Users', ['one', 'two\u0007']],
    ],
    paper(),
  )
  assert.equal(text, 'Server  localhost\nZero    0\nUsers   one\n        two\\u0007\n')
})

for (const [time, expected] of [
  [Date.UTC(2031, 0, 2, 3, 4, 5, 678), '2031-01-02 03:04:05Z'],
  ['2031-01-02T03:04:05+01:00', '2031-01-02 02:04:05Z'],
  ['soon', 'soon'],
  [undefined, undefined],
] as const)
  test(`time: ${time}`, () => assert.equal(showTime(time), expected))
