import assert from 'node:assert/strict'
import test from 'node:test'
import type { Paper } from './table.ts'
import { renderTimeline, type ShownEntry } from './timeline-text.ts'

const paper = (width?: number): Paper => ({
  width,
  bold: (text) => text,
  tint: (text, tint) => (tint === 'plain' ? text : `<${tint}>${text}`),
})

const entry = (kind: string, more: Partial<ShownEntry> = {}): ShownEntry => ({
  at: '2031-01-01T00:00:00Z',
  kind,
  detail: 'd',
  ...more,
})

const AT = '2031-01-01 00:00:00Z  +0 ms'
const cases: readonly { name: string; timeline: readonly ShownEntry[]; width?: number; expected: string }[] = [
  { name: 'nothing', timeline: [], expected: '' },
  {
    name: 'what went well, what went wrong and what is not decided are told apart',
    timeline: [
      entry('final', { recipient: 'a', status: 'delivered' }),
      entry('final', { recipient: 'a', status: 'failed' }),
      entry('attempt', { status: 'deferred' }),
      entry('hold', { status: 'held' }),
      entry('refused'),
      entry('hold', { detail: 'let go' }),
    ],
    expected: [
      'When                  After  What     Detail',
      `<good>${AT}  final    a delivered: d`,
      `<bad>${AT}  final    a failed: d`,
      `<doubtful>${AT}  attempt  deferred: d`,
      `<doubtful>${AT}  hold     held: d`,
      `<bad>${AT}  refused  d`,
      `${AT}  hold     let go`,
      '',
    ].join('\n'),
  },
  {
    name: 'long lines go on below their beginning, and a long word stays whole',
    timeline: [entry('note', { detail: `one two three four five six ${'x'.repeat(30)} end` })],
    width: 60,
    expected: [
      'When                  After  What  Detail',
      `${AT}  note  one two three four five`,
      `${' '.repeat(35)}six`,
      `${' '.repeat(35)}${'x'.repeat(30)}`,
      `${' '.repeat(35)}end`,
      '',
    ].join('\n'),
  },
  {
    name: 'what others wrote moves no cursor',
    timeline: [entry('note', { detail: 'a\u001b[2Jb\r\nc' })],
    expected: `When                  After  What  Detail\n${AT}  note  a\\u001b[2Jb\\u000d\\u000ac\n`,
  },
]

for (const { name, timeline, width, expected } of cases)
  test(name, () => assert.equal(renderTimeline(timeline, paper(width)), expected))
