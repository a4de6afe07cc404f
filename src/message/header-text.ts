// Whether a text can stand in a header as a text: it is one line, and still is to a reader who decodes the encoded words in it, wherever
// they stand. RFC 2047 §2, §5; the header is RFC 5322 §2.2.
//
// Deviates: RFC 2047 §5 has no encoded words in quoted strings and parameters. Readers decode them there too, so they count.

import { decodeWords } from 'postal-mime'

/** Every control character but a tab. */
const CONTROL = /(?!\t)\p{Cc}/u
const CHARSET = /=\?([^?]*)\?[bq]\?/gi

export function isHeaderText(text: string): boolean {
  if (!text.isWellFormed() || CONTROL.test(text)) return false
  if (!text.includes('=?')) return true
  return [...text.matchAll(CHARSET)].every(([, charset = '']) => isKnown(charset)) && !CONTROL.test(decodeWords(text))
}

/** What we cannot read, others may: UTF-7 spells a line end without an octet that gives it away. RFC 2231 §5 adds a language. */
function isKnown(charset: string): boolean {
  try {
    return new TextDecoder(charset.replace(/\*.*$/, '')).encoding !== ''
  } catch {
    return false
  }
}
