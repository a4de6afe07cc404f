// OData's `$filter` and `$search` over objects in their wire form. Anything that is not understood is undefined and refused, never
// guessed. Text compares without regard to case. OData 4.01 URL conventions §5.1.1; a quote within a value is doubled.

import type { WireForm } from './graph-route.ts'

export type Filter = {
  readonly matches: (form: WireForm) => boolean
  /** Of each of them one holds whatever else does: objects may be looked up by it. */
  readonly choices: readonly Choice[]
  /** Each of them holds whatever else does: objects may be looked for by it. */
  readonly parts: readonly Part[]
}
/** One of these members equals its text. Names in lower case. */
export type Choice = readonly (readonly [name: string, text: string])[]
/** In one of these members stands the text, whatever its case. */
export type Part = { readonly members: readonly string[]; readonly text: string }
type Literal = string | number | boolean | null
type Token = { readonly kind: 'word' | 'text' | 'mark'; readonly text: string }

const TOKEN = /\s*(?:'((?:[^']|'')*)'|([A-Za-z0-9_.\-/@]+)|([(),:]))/y
const MAX_LENGTH = 2048
const MAX_DEPTH = 20

const anything = { choices: [], parts: [] }
const unfiltered: Filter = { matches: () => true, ...anything }

const bothOf = (one: Filter, other: Filter): Filter => ({
  matches: (form) => one.matches(form) && other.matches(form),
  choices: [...one.choices, ...other.choices],
  parts: [...one.parts, ...other.parts],
})

/** What must hold of the one or of the other: the first choices together, and texts that both look for. */
function eitherOf(one: Filter, other: Filter): Filter {
  const [first, second] = [one.choices[0], other.choices[0]]
  return {
    matches: (form) => one.matches(form) || other.matches(form),
    choices: first === undefined || second === undefined ? [] : [[...first, ...second]],
    parts: one.parts.flatMap(({ members, text }) =>
      other.parts
        .filter((part) => part.text === text)
        .map((part) => ({ members: [...members, ...part.members], text })),
    ),
  }
}

/** `members` are the names that may be filtered by. An absent or blank filter lets everything through. */
export function parseGraphFilter(text: string | undefined, members: readonly string[]): Filter | undefined {
  if (text === undefined || text.trim() === '') return unfiltered
  const tokens = text.length > MAX_LENGTH ? undefined : tokenize(text.trimEnd())
  if (tokens === undefined) return undefined
  const parser = new Parser(tokens, new Map(members.map((name) => [name.toLowerCase(), name])))
  const filter = parser.either(0)
  return parser.isAtEnd ? filter : undefined
}

function tokenize(text: string): readonly Token[] | undefined {
  const tokens: Token[] = []
  for (TOKEN.lastIndex = 0; TOKEN.lastIndex < text.length; ) {
    const match = TOKEN.exec(text)
    if (match === null) return undefined
    const [, quoted, word, mark = ''] = match
    if (quoted !== undefined) tokens.push({ kind: 'text', text: quoted.replaceAll("''", "'") })
    else tokens.push(word === undefined ? { kind: 'mark', text: mark } : { kind: 'word', text: word })
  }
  return tokens
}

class Parser {
  readonly #tokens: readonly Token[]
  readonly #members: ReadonlyMap<string, string>
  #at = 0

  constructor(tokens: readonly Token[], members: ReadonlyMap<string, string>) {
    this.#tokens = tokens
    this.#members = members
  }

  get isAtEnd(): boolean {
    return this.#at === this.#tokens.length
  }

  either(depth: number): Filter | undefined {
    return this.#joined('or', () => this.#both(depth), eitherOf)
  }

  #both(depth: number): Filter | undefined {
    return this.#joined('and', () => this.#term(depth), bothOf)
  }

  #joined(
    word: string,
    next: () => Filter | undefined,
    join: (one: Filter, other: Filter) => Filter,
  ): Filter | undefined {
    let joined = next()
    while (joined !== undefined && this.#takeWord(word)) {
      const other = next()
      joined = other && join(joined, other)
    }
    return joined
  }

  #term(depth: number): Filter | undefined {
    if (depth > MAX_DEPTH) return undefined
    if (this.#takeWord('not')) {
      const inner = this.#term(depth + 1)
      return inner && { matches: (form) => !inner.matches(form), ...anything }
    }
    if (this.#takeMark('(')) {
      const inner = this.either(depth + 1)
      return this.#takeMark(')') ? inner : undefined
    }
    const word = this.#take('word')
    if (word === undefined) return undefined
    const affix = AFFIXES.get(word.toLowerCase())
    if (affix !== undefined) return this.#affix(affix)
    return word.toLowerCase().endsWith('/any') ? this.#any(word.slice(0, -'/any'.length)) : this.#comparison(word)
  }

  /** `startswith(name,'text')`. */
  #affix(fits: (value: string, part: string) => boolean): Filter | undefined {
    const name = this.#takeMark('(') ? this.#member(this.#take('word')) : undefined
    const part = this.#takeMark(',') ? this.#take('text')?.toLowerCase() : undefined
    if (name === undefined || part === undefined || !this.#takeMark(')')) return undefined
    const matches = (form: WireForm) => {
      const value = form[name]
      return typeof value === 'string' && fits(value.toLowerCase(), part)
    }
    return { matches, choices: [], parts: [{ members: [name], text: part }] }
  }

  /** `names/any(x:x eq 'text')`. */
  #any(collection: string): Filter | undefined {
    const name = this.#member(collection)
    const variable = this.#takeMark('(') ? this.#take('word') : undefined
    if (name === undefined || variable === undefined || !this.#takeMark(':')) return undefined
    const wanted = this.#takeWord(variable) && this.#takeWord('eq') ? this.#literal() : undefined
    if (wanted === undefined || !this.#takeMark(')')) return undefined
    const matches = (form: WireForm) => {
      const values = form[name]
      return Array.isArray(values) && values.some((value) => isSame(value, wanted))
    }
    return { matches, ...anything }
  }

  /** `name eq 'text'`, `name ne 'text'`, `name in ('text','text')`. */
  #comparison(word: string): Filter | undefined {
    const name = this.#member(word)
    if (name === undefined) return undefined
    if (this.#takeWord('in')) {
      const wanted = this.#list()
      return wanted && { ...equalTo(name, wanted), matches: (form) => wanted.some((one) => isSame(form[name], one)) }
    }
    const isNot = this.#takeWord('ne')
    const wanted = isNot || this.#takeWord('eq') ? this.#literal() : undefined
    if (wanted === undefined) return undefined
    const matches = (form: WireForm) => isSame(form[name], wanted) !== isNot
    return isNot ? { matches, ...anything } : { ...equalTo(name, [wanted]), matches }
  }

  #list(): readonly Literal[] | undefined {
    const values: Literal[] = []
    if (!this.#takeMark('(')) return undefined
    do {
      const value = this.#literal()
      if (value === undefined) return undefined
      values.push(value)
    } while (this.#takeMark(','))
    return this.#takeMark(')') ? values : undefined
  }

  #literal(): Literal | undefined {
    const text = this.#take('text')
    if (text !== undefined) return text
    const word = this.#take('word')?.toLowerCase() ?? ''
    if (WORDS.has(word)) return WORDS.get(word)
    return /^-?[0-9]{1,15}$/.test(word) ? Number(word) : undefined
  }

  #member(word: string | undefined): string | undefined {
    return this.#members.get(word?.toLowerCase() ?? '')
  }

  #take(kind: Token['kind']): string | undefined {
    const token = this.#tokens[this.#at]
    if (token?.kind !== kind) return undefined
    this.#at += 1
    return token.text
  }

  #takeWord(word: string): boolean {
    return this.#takeIf('word', word)
  }

  #takeMark(mark: string): boolean {
    return this.#takeIf('mark', mark)
  }

  #takeIf(kind: Token['kind'], text: string): boolean {
    const token = this.#tokens[this.#at]
    if (token?.kind !== kind || token.text.toLowerCase() !== text.toLowerCase()) return false
    this.#at += 1
    return true
  }
}

/** What is known of a member that equals one of several values. */
function equalTo(name: string, values: readonly Literal[]): Pick<Filter, 'choices' | 'parts'> {
  const texts = values.filter((value) => typeof value === 'string')
  if (texts.length < values.length) return anything
  const [only] = texts
  return {
    choices: [texts.map((text) => [name.toLowerCase(), text] as const)],
    parts: texts.length === 1 && only !== undefined ? [{ members: [name], text: only.toLowerCase() }] : [],
  }
}

const WORDS = new Map<string, Literal>([
  ['true', true],
  ['false', false],
  ['null', null],
])

const AFFIXES = new Map<string, (value: string, part: string) => boolean>([
  ['startswith', (value, part) => value.startsWith(part)],
  ['endswith', (value, part) => value.endsWith(part)],
])

/** A member that is not there is null. */
function isSame(value: unknown, wanted: Literal): boolean {
  if (typeof value === 'string' && typeof wanted === 'string') return value.toLowerCase() === wanted.toLowerCase()
  return (value ?? null) === wanted
}

const SEARCH_TERM = /\s*"([A-Za-z]+):([^"]*)"\s*(?:(AND|OR)\s|$)/y

/** `"displayName:text"`, several joined by AND or OR; undefined for anything else. Finds what contains the text. */
export function parseSearch(text: string, members: readonly string[]): Filter | undefined {
  let found: Filter | undefined
  let joint: string | undefined
  if (text.length > MAX_LENGTH) return undefined
  for (SEARCH_TERM.lastIndex = 0; SEARCH_TERM.lastIndex < text.length; ) {
    const [, word = '', part = '', next] = SEARCH_TERM.exec(text) ?? []
    const name = members.find((member) => member.toLowerCase() === word.toLowerCase())
    if (name === undefined) return undefined
    const one = containing(name, part.toLowerCase())
    found = found === undefined ? one : (joint === 'OR' ? eitherOf : bothOf)(found, one)
    joint = next
  }
  return joint === undefined ? found : undefined
}

function containing(name: string, text: string): Filter {
  const holds = (value: unknown) => typeof value === 'string' && value.toLowerCase().includes(text)
  return {
    matches: (form) => [form[name]].flat().some(holds),
    choices: [],
    parts: [{ members: [name], text }],
  }
}
