// The words of a report that others chose (addresses, replies of servers, identifiers), brought into the grammar of its fields. Nothing
// that comes out of here holds a line end of its own, a control character, or a line that is too long; what anything means is not known
// here. RFC 5322 §2.2.3, RFC 3464 §2.1, RFC 6533 §3.

import { isAscii } from '../smtp/grammar.ts'

/** RFC 5322 §2.1.1: the lines that everybody likes. */
export const LINE_WIDTH = 76

const TEXT_LIMIT = 500
const NOT_PRINTABLE = /[^ -~]/g
/** Characters that cannot be seen, or that change how their neighbours look. */
const INVISIBLE = /[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu
/** What neither form of a `utf-8` address may hold as it is: `utf-8-addr-xtext` and, beyond ASCII, `utf-8-addr-unitext`. */
const NOT_IN_UTF8_ADDRESS = /[\0-\x20+=\\\x7f]|[\x80-\u{10ffff}]/gu // oxlint-disable-line no-control-regex
const NOT_IN_UNITEXT = /[\0-\x20+=\\\x7f]|\p{C}|\p{Z}/gu // oxlint-disable-line no-control-regex

/** One line of printable ASCII with single blanks. */
export function toPrintable(text: string, limit: number = TEXT_LIMIT): string {
  return text.slice(0, limit).replaceAll(/\s+/g, ' ').replaceAll(NOT_PRINTABLE, '?').trim()
}

/** An address as a person reads it; whatever could deceive the eye is shown as its number. */
export const showAddress = (address: string): string => address.replaceAll(INVISIBLE, escapeCharacter)

/** A `type; address` of RFC 3464 §2.3.2. Beyond ASCII the address has its own type, spelt out in a report that has to stay ASCII. */
export function typedAddress(address: string, utf8: boolean): string {
  if (isAscii(address)) return `rfc822; ${address}`
  return `utf-8; ${address.replaceAll(utf8 ? NOT_IN_UNITEXT : NOT_IN_UTF8_ADDRESS, escapeCharacter)}`
}

/** `EmbeddedUnicodeChar`: at least two digits. */
function escapeCharacter(character: string): string {
  const point = character.codePointAt(0) ?? 0
  return `\\x{${point.toString(16).toUpperCase().padStart(2, '0')}}`
}

/** A whole field, folded between words. `value` is one line with single blanks. */
export function foldField(name: string, value: string): string {
  return `${wrapWords(`${name}: ${value}`, '', '\t').join('\r\n')}\r\n`
}

/** Lines of whole words. A word longer than a line has one for itself. */
export function wrapWords(text: string, first: string, others: string): readonly string[] {
  const lines: string[] = []
  let line = first
  let empty = true
  for (const word of text.split(' ')) {
    if (!empty && line.length + 1 + word.length > LINE_WIDTH) {
      lines.push(line)
      line = others
      empty = true
    }
    line += empty ? word : ` ${word}`
    empty = false
  }
  return [...lines, line]
}
