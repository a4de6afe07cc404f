// A message as a tree of MIME entities, for whoever has to write it anew in another form. It reads only what every reader reads alike:
// what is ambiguous, malformed or unusual is reported, so that the message goes another way instead of coming out changed.
// Refused on purpose: comments in structured fields, a parameter or a content field that comes twice, boundaries that end in something
// else, transfer encodings with stray octets, characters that the charset does not have. RFC 2045, RFC 2046 §5.1, RFC 2231.

import { scanHeaderSection } from './header-section.ts'

/** `name` in lower case; `written` as it stands; `value` unfolded, without white space around it. */
export type MimeField = { readonly name: string; readonly written: string; readonly value: string }

export type MimeEntity = {
  readonly fields: readonly MimeField[]
  /** In lower case. */
  readonly mediaType: string
  /** Names in lower case; values as written, without their quotes. */
  readonly parameters: ReadonlyMap<string, string>
  /** `inline`, `attachment`, …; empty when nothing says. */
  readonly disposition: string
  readonly encoding: string
  /** Still encoded. */
  readonly body: Uint8Array
  /** Of a multipart. */
  readonly parts: readonly MimeEntity[]
}

/** A text says why the message cannot be read; it holds none of its octets. */
export type MimeReading = MimeEntity | string

const DEPTH_LIMIT = 8
const PART_LIMIT = 500
const BOUNDARY_LIMIT = 70
const ENCODINGS = new Set(['7bit', '8bit', 'quoted-printable', 'base64'])
const CONTENT_FIELDS = ['content-type', 'content-transfer-encoding', 'content-disposition', 'content-id']

const TOKEN = String.raw`[!#$%&'*+\-.^_\x60{|}~0-9A-Za-z]+`
const MEDIA_TYPE = new RegExp(`^(${TOKEN}/${TOKEN})[ \\t]*`)
const DISPOSITION = new RegExp(`^(${TOKEN})[ \\t]*`)
const PARAMETER = new RegExp(`^;[ \\t]*(${TOKEN})[ \\t]*=[ \\t]*(?:"((?:[^"\\\\]|\\\\.)*)"|([^\\s;"()]+))[ \\t]*`)
const NOTHING_MORE = /^;?[ \t]*$/

export function readMimeEntity(octets: Uint8Array): MimeReading {
  return readEntity(octets, 0, { parts: 0 })
}

function readEntity(octets: Uint8Array, depth: number, seen: { parts: number }): MimeReading {
  const scan = scanHeaderSection(octets)
  if (scan.type === 'malformed') return depth === 0 ? scan.detail : `in a part, ${scan.detail}`
  const fields = readFields(octets, scan.fields)
  if (typeof fields === 'string') return fields
  const described = describe(fields)
  if (typeof described === 'string') return described
  const body = octets.subarray(scan.bodyStart)
  if (!described.mediaType.startsWith('multipart/')) return { ...described, fields, body, parts: [] }
  if (described.encoding !== '7bit' && described.encoding !== '8bit') return 'a multipart is encoded as a whole'
  const parts = readParts(body, described.parameters.get('boundary') ?? '', depth, seen)
  return typeof parts === 'string' ? parts : { ...described, fields, body, parts }
}

type Scanned = { readonly start: number; readonly end: number; readonly name: string; readonly valueStart: number }

function readFields(octets: Uint8Array, scanned: readonly Scanned[]): readonly MimeField[] | string {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  try {
    return scanned.map(({ start, end, name, valueStart }) => ({
      name,
      written: decoder.decode(octets.subarray(start, start + name.length)),
      value: decoder.decode(octets.subarray(valueStart, end)).replaceAll('\r\n', '').trim(),
    }))
  } catch {
    return 'the header is not UTF-8'
  }
}

type Described = Pick<MimeEntity, 'mediaType' | 'parameters' | 'disposition' | 'encoding'>

function describe(fields: readonly MimeField[]): Described | string {
  for (const name of CONTENT_FIELDS)
    if (fields.filter((field) => field.name === name).length > 1) return `${name} comes twice`
  const valueOf = (name: string) => fields.find((field) => field.name === name)?.value
  const type = readMediaType(valueOf('content-type') ?? 'text/plain; charset=us-ascii')
  const disposition = readStructured(valueOf('content-disposition') ?? 'none', DISPOSITION)
  const encoding = (valueOf('content-transfer-encoding') ?? '7bit').toLowerCase()
  if (type === undefined) return 'content-type is not understood'
  if (disposition === undefined) return 'content-disposition is not understood'
  if (!ENCODINGS.has(encoding)) return 'content-transfer-encoding is not known'
  return {
    mediaType: type.value,
    parameters: type.parameters,
    disposition: disposition.value === 'none' ? '' : disposition.value,
    encoding,
  }
}

type Structured = { readonly value: string; readonly parameters: ReadonlyMap<string, string> }

/** Of a Content-Type field, unfolded; `value` in lower case. */
export const readMediaType = (text: string): Structured | undefined => readStructured(text, MEDIA_TYPE)

function readStructured(text: string, head: RegExp): Structured | undefined {
  const value = head.exec(text)
  if (value === null) return undefined
  const parameters = new Map<string, string>()
  let rest = text.slice(value[0].length)
  while (!NOTHING_MORE.test(rest)) {
    const [whole, name = '', quoted, token] = PARAMETER.exec(rest) ?? []
    if (whole === undefined || parameters.has(name.toLowerCase())) return undefined
    parameters.set(name.toLowerCase(), token ?? quoted?.replaceAll(/\\(.)/g, '$1') ?? '')
    rest = rest.slice(whole.length)
  }
  return { value: (value[1] ?? '').toLowerCase(), parameters }
}

function readParts(
  body: Uint8Array,
  boundary: string,
  depth: number,
  seen: { parts: number },
): readonly MimeEntity[] | string {
  if (boundary === '' || boundary.length > BOUNDARY_LIMIT) return 'a multipart has no good boundary'
  if (depth === DEPTH_LIMIT) return `parts are nested deeper than ${DEPTH_LIMIT}`
  const slices = split(body, boundary)
  if (typeof slices === 'string') return slices
  seen.parts += slices.length
  if (seen.parts > PART_LIMIT) return `there are more than ${PART_LIMIT} parts`
  const parts: MimeEntity[] = []
  for (const slice of slices) {
    const part = readEntity(slice, depth + 1, seen)
    if (typeof part === 'string') return part
    parts.push(part)
  }
  return parts
}

/** What lies between the delimiters; the line end before a delimiter is part of it. */
function split(body: Uint8Array, boundary: string): readonly Uint8Array[] | string {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  const delimiter = Buffer.from(`--${boundary}`, 'utf8')
  const slices: Uint8Array[] = []
  let start = -1
  for (let at = text.indexOf(delimiter); at >= 0; at = text.indexOf(delimiter, at + delimiter.length)) {
    if (at > 0 && text[at - 1] !== 0x0a) continue
    const lineEnd = text.indexOf('\r\n', at, 'latin1')
    const end = lineEnd < 0 ? text.length : lineEnd
    const tail = withoutLastBlanks(text.toString('latin1', at + delimiter.length, end))
    if (tail !== '' && tail !== '--') return 'a line begins with a boundary and ends in something else'
    if (start >= 0) slices.push(body.subarray(start, Math.max(start, at - 2)))
    if (tail === '--') return slices.length === 0 ? 'a multipart has no part' : slices
    start = end + 2
  }
  return 'a multipart does not end'
}

/** The octets of a part that is no multipart; undefined when its encoding is broken. */
export function decodeBody({ encoding, body }: Pick<MimeEntity, 'encoding' | 'body'>): Uint8Array | undefined {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  if (encoding === 'base64') return decodeBase64(text.toString('latin1'))
  if (encoding === 'quoted-printable') return decodeQuotedPrintable(text.toString('latin1'))
  return encoding === '7bit' && text.some((octet) => octet > 0x7f) ? undefined : body
}

function decodeBase64(text: string): Uint8Array | undefined {
  const packed = text.replaceAll(/[\r\n\t ]+/g, '')
  if (packed.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(packed)) return undefined
  return Buffer.from(packed, 'base64')
}

/** RFC 2045 §6.7; white space before a line end is not the sender's. */
function decodeQuotedPrintable(text: string): Uint8Array | undefined {
  const trimmed = text.split('\r\n').map(withoutLastBlanks).join('\r\n')
  if (/=(?!\r\n|$|[0-9A-Fa-f]{2})|[\x80-\xff]/.test(trimmed)) return undefined
  const joined = trimmed.replaceAll(/=(?:\r\n|$)/g, '')
  return Buffer.from(
    joined.replaceAll(/=(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  )
}

/** An expression would look at each blank of a long row as often as there are blanks behind it. */
function withoutLastBlanks(line: string): string {
  let { length } = line
  while (length > 0 && (line[length - 1] === ' ' || line[length - 1] === '\t')) length -= 1
  return line.slice(0, length)
}

/** The characters of a text part; undefined when it has octets that its charset has not, or nobody knows the charset. */
export function decodeText(entity: MimeEntity): string | undefined {
  const octets = decodeBody(entity)
  if (octets === undefined) return undefined
  const charset = (entity.parameters.get('charset') ?? 'us-ascii').toLowerCase()
  if (charset === 'us-ascii' && octets.some((octet) => octet > 0x7f)) return undefined
  try {
    return new TextDecoder(charset, { fatal: true, ignoreBOM: true }).decode(octets)
  } catch {
    return undefined
  }
}
