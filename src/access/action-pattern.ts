// Whether an action fits a pattern of a role: without regard to case, `*` for any run of octets (`/` included, none at all too), the
// whole string. No regular expression is made from a pattern, and the time is linear in both: each piece between stars takes the
// first place it fits, which leaves the most room for the rest, and is found without going back. Azure: control-plane reference §6.7.

export function matchesAction(pattern: string, action: string): boolean {
  if (pattern === '*') return true
  const wanted = pattern.toLowerCase()
  const given = action.toLowerCase()
  const firstStar = wanted.indexOf('*')
  if (firstStar === -1) return wanted === given
  const lastStar = wanted.lastIndexOf('*')
  const suffix = wanted.slice(lastStar + 1)
  const end = given.length - suffix.length
  if (firstStar > end || !given.startsWith(wanted.slice(0, firstStar)) || !given.endsWith(suffix)) return false
  return (
    firstStar === lastStar ||
    holdsInOrder(given.slice(firstStar, end), wanted.slice(firstStar + 1, lastStar).split('*'))
  )
}

function holdsInOrder(text: string, pieces: readonly string[]): boolean {
  let from = 0
  for (const piece of pieces) {
    const end = endOfFirst(piece, text, from)
    if (end === undefined) return false
    from = end
  }
  return true
}

/**
 * Where the first occurrence of `piece` at or after `from` ends (Knuth, Morris, Pratt). `indexOf` takes the product of both lengths
 * for periodic pieces: 2.4 ms for 8 Ki characters, against 0.1 ms.
 */
function endOfFirst(piece: string, text: string, from: number): number | undefined {
  const borders = bordersOf(piece)
  let matched = 0
  let at = from
  while (matched < piece.length && at < text.length) {
    matched = extend(borders, piece, matched, text[at])
    at += 1
  }
  return matched === piece.length ? at : undefined
}

/** For each length of a beginning of `piece`: how long a shorter beginning it also ends with. */
function bordersOf(piece: string): number[] {
  const borders = [0, 0]
  for (let at = 1; at < piece.length; at += 1) borders.push(extend(borders, piece, borders[at] ?? 0, piece[at]))
  return borders
}

function extend(borders: readonly number[], piece: string, matched: number, next: string | undefined): number {
  let length = matched
  while (length > 0 && piece[length] !== next) length = borders[length] ?? 0
  return piece[length] === next ? length + 1 : 0
}
