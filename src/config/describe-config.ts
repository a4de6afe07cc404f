// The documentation of the configuration, which is at the same time a configuration: every key with its default, under a comment that
// says what it is for and what it allows. Keys that have no default for everyone are commented out, or filled with an example.

import { stringify } from 'yaml'
import { configSchema } from './schema.ts'
import { type DocumentedKey, documentedKeys } from './schema-tree.ts'

const LINE_WIDTH = 120

const INTRODUCTION = `Configuration of Postern. Each key is shown with its default, which it also has when it is left out. \
\`postern config describe\` prints this text, \`postern config check\` checks a file. Relative paths start at the directory of the \
file. Keep the file at mode 0600 or 0640.`

/** Every key of the configuration as a commented YAML document that parses to the defaults. */
export function describeConfig(): string {
  return comment(INTRODUCTION, '') + documentedKeys(configSchema).map(describeKey).join('')
}

function describeKey(key: DocumentedKey): string {
  const indent = '  '.repeat(key.path.length - 1)
  const gap = key.path.length === 1 ? '\n' : ''
  return (
    gap +
    comment(explanation(key), indent) +
    key.itemKeys.map((item) => describeItemKey(item, indent)).join('') +
    (key.leftOut ? commentedOut(key, indent) : setting(key, indent))
  )
}

function explanation(key: DocumentedKey): string {
  const allowed = key.allowed === undefined ? '' : ` Allowed: ${key.allowed}.`
  return `${key.description}${allowed}${key.required ? ' Required.' : ''}`
}

function describeItemKey(key: DocumentedKey, indent: string): string {
  const standard =
    key.default === undefined ? '' : ` Default: ${stringify(key.default, { collectionStyle: 'flow' }).trim()}.`
  return comment(`- ${key.path.join('.')}: ${explanation(key)}${standard}`, indent, 2)
}

function setting(key: DocumentedKey, indent: string): string {
  const name = key.path.at(-1)
  if (key.isSection) return `${indent}${name}:\n`
  if (key.default !== undefined) return indented(stringify({ [String(name)]: key.default }), indent)
  const value = key.example === undefined ? '' : ` ${key.example}`
  return `${indent}${key.required ? '' : '# '}${name}:${value}\n`
}

function commentedOut(key: DocumentedKey, indent: string): string {
  return setting({ ...key, required: true }, '').replaceAll(/^(?=.)/gm, `${indent}# `)
}

function indented(text: string, indent: string): string {
  return text.replaceAll(/^(?=.)/gm, indent)
}

/** Wraps text into comment lines; those after the first are set in by `hanging` columns. */
function comment(text: string, indent: string, hanging = 0): string {
  const lines: string[] = []
  let line = `${indent}#`
  for (const word of text.split(' ')) {
    if (line.length + word.length >= LINE_WIDTH) {
      lines.push(line)
      line = `${indent}#${' '.repeat(hanging)}`
    }
    line += ` ${word}`
  }
  return [...lines, line].map((each) => `${each}\n`).join('')
}
