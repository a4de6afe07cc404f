// Where the header of a message ends and where each of its fields lies. It knows the shape of lines and names and nothing of what a
// field means; every octet of the section is accounted for by exactly one field, so that a field can be copied or left out as it is.
// Deviates: obsolete syntax (RFC 5322 §4.5: white space before the colon) is refused, because readers disagree about what it names.
// RFC 5322 §2.2, §3.5.

/** `start` to `end` is the whole field with its folding and final CRLF; the value begins right after the colon. `name` is lower case. */
export type HeaderField = {
  readonly name: string
  readonly start: number
  readonly end: number
  readonly valueStart: number
}

/** `headerEnd` is the offset of the empty line's CRLF, or of the end of the message when there is no empty line. */
export type HeaderScan =
  | {
      readonly type: 'header'
      readonly fields: readonly HeaderField[]
      readonly headerEnd: number
      readonly bodyStart: number
    }
  /** `detail` is for the client and holds none of its octets. */
  | { readonly type: 'malformed'; readonly detail: string }

/** Octets of the section, the empty line included. Generous: long lists of recipients and chains of signatures stay far below. */
export const HEADER_SECTION_LIMIT = 256 * 1024
export const HEADER_FIELD_COUNT_LIMIT = 1000
/** Octets of one field with its folding. */
export const HEADER_FIELD_LIMIT = 64 * 1024

/** `octets` of the section, the empty line included. */
export type HeaderLimits = { readonly octets: number; readonly fields: number }
const SUBMITTED: HeaderLimits = { octets: HEADER_SECTION_LIMIT, fields: HEADER_FIELD_COUNT_LIMIT }

const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d
const SPACE = 0x20
const TAB = 0x09

/** Spelt as what is allowed. Lines are judged one by one; octets above 127 are up to who knows whether SMTPUTF8 was asked for. */
const FORBIDDEN = /[^\t\r\n -~\x80-\xff]/
/** RFC 5322 §3.6.8, `ftext`. */
const FIELD_NAME = /^[!-9;-~]+$/

/** The offset after CRLF CRLF, or -1. `from` lets a growing buffer be searched once; a message may begin with the empty line. */
export function findHeaderEnd(octets: Uint8Array, from: number): number {
  if (from === 0 && octets[0] === CARRIAGE_RETURN && octets[1] === LINE_FEED) return 2
  const emptyLine = bufferOver(octets, octets.length).indexOf('\r\n\r\n', from, 'latin1')
  return emptyLine < 0 ? -1 : emptyLine + 4
}

/**
 * `octets` hold the whole section up to its empty line (anything behind it is ignored), or the whole message when it has none. Limits
 * are for what others wrote; what we added to it comes on top.
 */
export function scanHeaderSection(octets: Uint8Array, limits: HeaderLimits = SUBMITTED): HeaderScan {
  const afterEmptyLine = findHeaderEnd(octets, 0)
  const bodyStart = afterEmptyLine < 0 ? octets.length : afterEmptyLine
  if (bodyStart > limits.octets) return malformed(`the header is longer than ${limits.octets} octets`)
  const headerEnd = afterEmptyLine < 0 ? bodyStart : bodyStart - 2
  const text = bufferOver(octets, headerEnd).toString('latin1')
  if (FORBIDDEN.test(text)) return malformed('the header holds a control character')
  const fields = splitFields(text, limits.fields)
  return typeof fields === 'string' ? malformed(fields) : { type: 'header', fields, headerEnd, bodyStart }
}

/** The fields, or what is wrong. Each step moves on to the next field, so the time is linear in the text. */
function splitFields(text: string, limit: number): readonly HeaderField[] | string {
  const fields: HeaderField[] = []
  for (let start = 0; start < text.length; ) {
    const field = readField(text, start)
    if (typeof field === 'string') return `header field ${fields.length + 1} ${field}`
    if (fields.length === limit) return `the header has more than ${limit} fields`
    fields.push(field)
    start = field.end
  }
  return fields
}

function readField(text: string, start: number): HeaderField | string {
  if (isWhiteSpace(text.charCodeAt(start))) return 'begins with white space'
  const end = fieldEnd(text, start)
  if (end < 0) return 'has a line that does not end with CRLF'
  if (end - start > HEADER_FIELD_LIMIT) return `is longer than ${HEADER_FIELD_LIMIT} octets`
  const colon = text.indexOf(':', start)
  if (colon < 0 || colon >= end) return 'has no colon'
  const name = text.slice(start, colon)
  // A name folded onto the next line fails here too: it holds a CRLF.
  if (!FIELD_NAME.test(name)) return 'has a malformed name'
  return { name: name.toLowerCase(), start, end, valueStart: colon + 1 }
}

/** The offset after the field's last CRLF, or -1 when a line ends otherwise: its first LF must follow its first CR. */
function fieldEnd(text: string, start: number): number {
  let next = start
  do {
    const lineFeed = text.indexOf('\n', next)
    if (lineFeed <= next || text.indexOf('\r', next) !== lineFeed - 1) return -1
    next = lineFeed + 1
  } while (isWhiteSpace(text.charCodeAt(next)))
  return next
}

function isWhiteSpace(code: number): boolean {
  return code === SPACE || code === TAB
}

/** A Buffer's native search and decoding over the same memory. */
function bufferOver(octets: Uint8Array, length: number): Buffer {
  return Buffer.from(octets.buffer, octets.byteOffset, length)
}

function malformed(detail: string): HeaderScan {
  return { type: 'malformed', detail }
}
