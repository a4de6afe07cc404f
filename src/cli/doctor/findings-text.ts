// The findings of a doctor as a person reads them: a line each, and at the end either that it may send or what to do.

import { printable } from '../printable.ts'
import { type Column, type Paper, renderTable } from '../table.ts'
import { type Finding, fixesOf } from './findings.ts'

const MARKS: Readonly<Record<Finding['state'], string>> = { pass: 'ok', fail: 'FAIL', skip: 'skipped', note: 'note' }

const COLUMNS: readonly Column<Finding>[] = [
  { heading: 'Check', value: ({ step }) => step },
  { heading: 'Result', value: ({ state }) => MARKS[state] },
  { heading: 'What was seen', value: ({ detail }) => detail },
]

export function renderFindings(findings: readonly Finding[], verdict: string, paper: Paper): string {
  const fixes = fixesOf(findings).map(({ text, command, setting }) => [
    `  ${printable(text)}\n`,
    setting === undefined ? '' : `    set ${printable(setting.name)}: ${printable(setting.value)}\n`,
    command === undefined ? '' : `    ${printable(command)}\n`,
  ])
  const todo = fixes.length === 0 ? '' : `\n${paper.bold('What to do, first thing first')}\n${fixes.flat().join('')}`
  return `${renderTable(findings, COLUMNS, paper)}\n${paper.bold(printable(verdict))}\n${todo}`
}
