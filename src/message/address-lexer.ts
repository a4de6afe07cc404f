// The words and specials of an address field, one at a time, with what lay before each. It knows comments, folding and quoting; it
// does not know what a mailbox is. One pass and no recursion, so whatever a field is made of, it costs its length.
// RFC 5322 §3.2, RFC 6532 §3.2.

/** What separates a token from the one before it. */
export type Gap = 'none' | 'space' | 'comment'

/** `text` of a quoted word is what it stands for, without quotes and backslashes; an atom may hold dots. */
export type Word = { readonly kind: 'atom' | 'quoted'; readonly text: string; readonly gap: Gap }

export type Token =
  | Word
  | { readonly kind: 'special'; readonly text: string; readonly gap: Gap }
  | { readonly kind: 'end' }
  | { readonly kind: 'fault'; readonly detail: string }

const SPACE = 0x20
const TAB = 0x09
const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN = 0x28

/**
 * Deviates: RFC 5322 §3.2.2 lets comments nest and hold anything. Readers lose count of the parentheses, or look for addresses in
 * between, and then name another domain; `(Cron Daemon)` is what comments are used for.
 */
const NOT_IN_COMMENT = /[(<>@"\\]/

/** RFC 5322 §3.2.3, with the dot of dot-atoms and of obs-phrase. Anything beyond ASCII is atext too. */
const ATOM_TEXT = asciiTable("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-/=?^_`{|}~.")

export class AddressLexer {
  readonly #text: string
  #at = 0

  /** `text` is unfolded: it holds no CRLF. */
  constructor(text: string) {
    this.#text = text
  }

  next(): Token {
    const gap = this.#skipGap()
    if (gap === undefined) return { kind: 'fault', detail: 'an unbalanced, nested or ambiguous comment' }
    if (this.#at === this.#text.length) return { kind: 'end' }
    const code = this.#text.charCodeAt(this.#at)
    if (code === QUOTE) return this.#quotedString(gap)
    if (isAtomText(code)) return { kind: 'atom', text: this.#atom(), gap }
    return { kind: 'special', text: this.#text.charAt(this.#at++), gap }
  }

  /** CFWS. Undefined when a comment does not end or could be read in two ways. */
  #skipGap(): Gap | undefined {
    let gap: Gap = 'none'
    for (;;) {
      const code = this.#text.charCodeAt(this.#at)
      if (code === SPACE || code === TAB) {
        this.#at++
        if (gap === 'none') gap = 'space'
      } else if (code === OPEN) {
        if (!this.#skipComment()) return undefined
        gap = 'comment'
      } else {
        return gap
      }
    }
  }

  #skipComment(): boolean {
    const end = this.#text.indexOf(')', this.#at)
    if (end < 0 || NOT_IN_COMMENT.test(this.#text.slice(this.#at + 1, end))) return false
    this.#at = end + 1
    return true
  }

  #atom(): string {
    const start = this.#at
    while (isAtomText(this.#text.charCodeAt(this.#at))) this.#at++
    return this.#text.slice(start, this.#at)
  }

  #quotedString(gap: Gap): Token {
    const start = ++this.#at
    let escaped = false
    for (; this.#at < this.#text.length; this.#at++) {
      const code = this.#text.charCodeAt(this.#at)
      if (code === BACKSLASH) {
        escaped = true
        this.#at++
      } else if (code === QUOTE) {
        const raw = this.#text.slice(start, this.#at++)
        return { kind: 'quoted', text: escaped ? raw.replaceAll(/\\(.)/gs, '$1') : raw, gap }
      }
    }
    return { kind: 'fault', detail: 'an unbalanced quotation mark' }
  }
}

/** False for NaN, which is what lies behind the end of a string. */
function isAtomText(code: number): boolean {
  return code < 128 ? ATOM_TEXT[code] === 1 : code >= 128
}

function asciiTable(members: string): Uint8Array {
  const table = new Uint8Array(128)
  for (const member of members) table[member.charCodeAt(0)] = 1
  return table
}
