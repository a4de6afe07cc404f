// Turns what the schema refuses into problems an operator can act on: the path of the key, and what is allowed there or what a
// misspelt key was meant to be. It sees no values, so it cannot repeat one.

import type * as z from 'zod'
import { configSchema } from './schema.ts'
import { documentedKeys } from './schema-tree.ts'

/** `path` is a key path such as `smtp.listeners.0.port`, the name of an environment variable, or the file itself. */
export type ConfigProblem = { readonly path: string; readonly message: string }

const KEYS = documentedKeys(configSchema)

/** One problem, or one for each unknown key. */
export function explainIssue(issue: z.core.$ZodIssue): readonly ConfigProblem[] {
  const path = issue.path.map(String)
  if (issue.code !== 'unrecognized_keys')
    return [{ path: path.join('.') || 'the configuration', message: issue.message }]
  return issue.keys.map((key) => ({ path: [...path, printable(key)].join('.'), message: explainUnknownKey(key, path) }))
}

function printable(key: string): string {
  return JSON.stringify(key.length > 60 ? `${key.slice(0, 60)}…` : key).slice(1, -1)
}

function explainUnknownKey(key: string, section: readonly string[]): string {
  const siblings = namesAt(section)
  const suggestion = suggestKey(key, siblings)
  if (suggestion !== undefined) return `is not a known key: did you mean ${suggestion}?`
  return siblings.length > 0
    ? `is not a known key: allowed here are ${siblings.join(', ')}`
    : 'is not a known key: there is none here'
}

/** Names allowed in a section, or in an item of the list that the path leads into. */
function namesAt(section: readonly string[]): readonly string[] {
  const place = section.filter((name) => !/^[0-9]+$/.test(name)).join('.')
  const list = KEYS.find(({ path, itemKeys }) => itemKeys.length > 0 && `${place}.`.startsWith(`${path.join('.')}.`))
  const inItem = list === undefined ? place : place.slice(list.path.join('.').length + 1)
  const names = (list?.itemKeys ?? KEYS).filter(({ path }) => path.slice(0, -1).join('.') === inItem)
  return names.map(({ path }) => path.at(-1) ?? '')
}

/** The nearest key of the same section, or the same name elsewhere; undefined when nothing is near. */
function suggestKey(unknown: string, siblings: readonly string[]): string | undefined {
  const tolerance = Math.max(1, Math.floor(unknown.length / 3))
  const nearest = siblings
    .map((name) => ({ name, distance: editDistance(unknown.toLowerCase(), name.toLowerCase(), tolerance) }))
    .sort((a, b) => a.distance - b.distance)[0]
  if (nearest !== undefined && nearest.distance <= tolerance) return nearest.name
  return KEYS.find(({ path }) => path.at(-1)?.toLowerCase() === unknown.toLowerCase())?.path.join('.')
}

/** Insertions, deletions and replacements between two words; anything over the tolerance is only known to be over it. */
function editDistance(a: string, b: string, tolerance: number): number {
  if (Math.abs(a.length - b.length) > tolerance) return tolerance + 1
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (const [row, letter] of Array.from(a).entries()) {
    const current = [row + 1]
    for (const [column, other] of Array.from(b).entries()) {
      const replaced = (previous[column] ?? 0) + (letter === other ? 0 : 1)
      current.push(Math.min(replaced, (previous[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1))
    }
    previous = current
  }
  return previous.at(-1) ?? 0
}
