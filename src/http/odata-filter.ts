// The little of OData's `$filter` that clients send to ARM and Graph: equalities and calls, joined by `and`. Anything else is undefined
// and refused, never guessed. OData 4.01 URL conventions §5.1.1; a quote within a value is doubled.

export type FilterTerm =
  | { readonly type: 'equals'; readonly name: string; readonly value: string }
  | { readonly type: 'call'; readonly name: string; readonly argument: string | undefined }

const TERM = /\s*([A-Za-z]+)(?:\s+eq\s+'((?:[^']|'')*)'|\(\s*(?:'((?:[^']|'')*)'\s*)?\))\s*/y
const AND = /and\s/iy
const MAX_LENGTH = 2048

/** Names are given in lower case. An absent or blank filter has no terms. */
export function parseFilter(text: string | undefined): readonly FilterTerm[] | undefined {
  if (text === undefined || text.trim() === '') return []
  if (text.length > MAX_LENGTH) return undefined
  const terms: FilterTerm[] = []
  for (let at = 0; at < text.length; ) {
    if (terms.length > 0) {
      AND.lastIndex = at
      if (!AND.test(text)) return undefined
      at = AND.lastIndex
    }
    TERM.lastIndex = at
    const match = TERM.exec(text)
    if (match === null) return undefined
    terms.push(termOf(match))
    at = TERM.lastIndex
  }
  return terms
}

function termOf([, name = '', value, argument]: RegExpExecArray): FilterTerm {
  const unquoted = (quoted: string) => quoted.replaceAll("''", "'")
  const lower = name.toLowerCase()
  if (value !== undefined) return { type: 'equals', name: lower, value: unquoted(value) }
  return { type: 'call', name: lower, argument: argument === undefined ? undefined : unquoted(argument) }
}
