// The structure of a message as it streams by: of what type its entities are and where each begins and ends, with no more in memory than
// one header. It refuses what is signed or encrypted as a whole, what may not be encoded, and every structure that readers may take apart
// differently: whoever changes a part changes the one that everybody reads. What is done with a part is its visitor's business.
// RFC 2045 §5, §6, RFC 2046 §5.

import {
  HEADER_FIELD_COUNT_LIMIT,
  HEADER_SECTION_LIMIT,
  type HeaderField,
  scanHeaderSection,
} from './header-section.ts'
import { type Line, LINE_LIMIT, LineReader } from './line-reader.ts'
import { readMediaType } from './mime-entity.ts'

/** A message, or one within another. `emptyLine`: where its header ends. */
export type Root = { readonly emptyLine: number; readonly hasVersion: boolean; readonly isOutermost: boolean }

export type Entity = {
  readonly root: Root
  readonly headerStart: number
  readonly emptyLine: number
  /** In lower case. */
  readonly mediaType: string
  /** The whole field, unfolded; empty when nothing says. */
  readonly contentType: string
  readonly disposition: string
  /** In lower case; empty when nothing says. */
  readonly encoding: string
  /** Places in it count from `headerStart`. */
  readonly encodingField: HeaderField | undefined
}

/** Octets of a message that hold no structure. `isLast`: nothing follows them. */
export type Octets = {
  readonly start: number
  readonly end: number
  readonly is8bit: boolean
  readonly isLast: boolean
}

export interface StructureVisitor {
  /** A multipart, or a message within that is read, too. */
  enter(entity: Entity): void
  /** A part with no further structure. False refuses the message. */
  leave(entity: Entity, octets: Octets): boolean
  /** What stands around the parts of a multipart. */
  pass(octets: Octets): void
}

export type Structure = {
  /** Domains, in lower case, whose signatures cover the message; empty for one that names no domain. */
  readonly signedBy: readonly string[]
}

/** Undefined when the message is refused; its visitor may have seen a part of it. */
export async function readStructure(
  content: AsyncIterable<Uint8Array>,
  visitor: StructureVisitor,
): Promise<Structure | undefined> {
  const lines = new LineReader()
  const reader = new StructureReader(visitor)
  for await (const chunk of content) {
    for (const line of lines.take(chunk)) if (!reader.isRefused) reader.take(line)
    if (reader.isRefused || lines.isBroken) return undefined
  }
  const last = lines.end()
  if (lines.isBroken) return undefined
  if (last !== undefined) reader.take(last)
  return reader.finish()
}

const ENTITY_LIMIT = 500
const DEPTH_LIMIT = 20
const BOUNDARY_LIMIT = 70
/** With room for what was added to a header at the limit since it was accepted. */
const HEADER_LIMITS = { octets: 2 * HEADER_SECTION_LIMIT, fields: 2 * HEADER_FIELD_COUNT_LIMIT }
/** They cover octets, or may have no encoding. RFC 1847 §2, RFC 8551 §3.1, RFC 2046 §5.2.2, §5.2.3. */
const UNTOUCHABLE = new Set([
  'multipart/signed',
  'multipart/encrypted',
  'application/pkcs7-mime',
  'application/x-pkcs7-mime',
  'message/partial',
  'message/external-body',
])
const SIGNATURE_FIELDS = new Set(['dkim-signature', 'arc-message-signature'])
/** No octets are other octets in them. */
export const PLAIN_ENCODINGS: ReadonlySet<string> = new Set(['', '7bit', '8bit', 'binary'])

/** A multipart whose parts are being read, or whose end may still be followed by something. */
type Frame = {
  readonly delimiter: string
  readonly isDigest: boolean
  readonly root: Root
  state: 'before' | 'within' | 'behind'
}

/** What is being read: a header, the body of one part, or what stands around parts. */
type Place =
  | {
      readonly type: 'header'
      readonly start: number
      readonly isRoot: boolean
      readonly isDigest: boolean
      size: number
    }
  | { readonly type: 'body'; readonly start: number; readonly entity: Entity; is8bit: boolean }
  | { readonly type: 'preamble' | 'epilogue'; readonly start: number; is8bit: boolean }

class StructureReader {
  readonly #visitor: StructureVisitor
  #isRefused = false
  #place: Place = { type: 'header', start: 0, isRoot: true, isDigest: false, size: 0 }
  #section: Buffer[] = []
  #frames: Frame[] = []
  /** Of the header that is read next. */
  #root: Root | undefined
  #entities = 0
  #signedBy: readonly string[] = []
  #end = 0

  constructor(visitor: StructureVisitor) {
    this.#visitor = visitor
  }

  get isRefused(): boolean {
    return this.#isRefused
  }

  take(line: Line): void {
    this.#end = line.end
    const at = this.#frameOf(line)
    if (at !== undefined) this.#takeDelimiter(line, at)
    else if (this.#place.type === 'header') this.#takeHeaderLine(line, this.#place)
    else this.#place.is8bit ||= line.is8bit
  }

  finish(): Structure | undefined {
    if (this.#place.type === 'header' || this.#frames.some(({ state }) => state !== 'behind')) this.#refuse()
    else this.#leave(this.#end, true)
    return this.#isRefused ? undefined : { signedBy: this.#signedBy }
  }

  #refuse(): void {
    this.#isRefused = true
  }

  /** Which multipart the line is a delimiter of; no delimiter begins like another. */
  #frameOf({ octets }: Line): number | undefined {
    if (this.#frames.length === 0 || octets[0] !== HYPHEN || octets[1] !== HYPHEN) return undefined
    const text = octets.toString('latin1', 0, BOUNDARY_LIMIT + 2)
    const at = this.#frames.findIndex(({ delimiter }) => text.startsWith(delimiter))
    return at < 0 ? undefined : at
  }

  #takeDelimiter({ start, end, octets }: Line, at: number): void {
    const frame = this.#frames[at]
    const isOpen = frame !== undefined && frame.state !== 'behind'
    const areInnerClosed = this.#frames.slice(at + 1).every(({ state }) => state === 'behind')
    const tail = /^(|--)[ \t]*(?:\r\n)?$/.exec(octets.toString('latin1', frame?.delimiter.length))?.[1]
    if (!isOpen || !areInnerClosed || tail === undefined || this.#place.type === 'header') return this.#refuse()
    this.#leave(this.#place.type === 'preamble' ? start : Math.max(this.#place.start, start - 2), false)
    this.#frames.length = at + 1
    if (tail === '') {
      frame.state = 'within'
      this.#root = frame.root
      this.#enterHeader(end, false, frame.isDigest)
    } else if (frame.state === 'before') this.#refuse()
    else {
      frame.state = 'behind'
      this.#place = { type: 'epilogue', start: end, is8bit: false }
    }
  }

  #enterHeader(start: number, isRoot: boolean, isDigest: boolean): void {
    this.#place = { type: 'header', start, isRoot, isDigest, size: 0 }
    this.#section = []
  }

  #takeHeaderLine({ start, end, octets, is8bit }: Line, place: Extract<Place, { type: 'header' }>): void {
    place.size += octets.length
    if (is8bit || octets.length === LINE_LIMIT || place.size > HEADER_LIMITS.octets) return this.#refuse()
    this.#section.push(octets)
    if (!octets.equals(EMPTY_LINE)) return
    const section = Buffer.concat(this.#section)
    const scan = scanHeaderSection(section, HEADER_LIMITS)
    const content = scan.type === 'header' ? readContentFields(section, scan.fields, place) : undefined
    this.#entities += 1
    if (scan.type !== 'header' || content === undefined || this.#entities > ENTITY_LIMIT) return this.#refuse()
    if (this.#root === undefined)
      this.#signedBy = scan.fields.filter(isSignature).map((field) => signerOf(section, field))
    this.#enterEntity({ ...content, emptyLine: start, root: this.#rootOf(start, scan.fields, place.isRoot) }, end)
  }

  #rootOf(emptyLine: number, fields: readonly HeaderField[], isNew: boolean): Root {
    if (!isNew && this.#root !== undefined) return this.#root
    const hasVersion = fields.some(({ name }) => name === 'mime-version')
    this.#root = { emptyLine, hasVersion, isOutermost: this.#root === undefined }
    return this.#root
  }

  #enterEntity(entity: BoundedEntity, bodyStart: number): void {
    const { mediaType, encoding } = entity
    if (UNTOUCHABLE.has(mediaType)) return this.#refuse()
    if (mediaType.startsWith('multipart/')) return this.#enterMultipart(entity, bodyStart)
    if (mediaType !== 'message/rfc822' || !PLAIN_ENCODINGS.has(encoding)) {
      this.#place = { type: 'body', start: bodyStart, entity, is8bit: false }
      return
    }
    this.#visitor.enter(entity)
    this.#enterHeader(bodyStart, true, false)
  }

  #enterMultipart(entity: BoundedEntity, bodyStart: number): void {
    const { mediaType, boundary, encoding, root } = entity
    const delimiter = `--${boundary}`
    const isAmbiguous = this.#frames.some(
      (other) => other.delimiter.startsWith(delimiter) || delimiter.startsWith(other.delimiter),
    )
    if (boundary === '' || boundary.length > BOUNDARY_LIMIT || boundary.endsWith(' ')) return this.#refuse()
    if (isAmbiguous || this.#frames.length === DEPTH_LIMIT || !PLAIN_ENCODINGS.has(encoding)) return this.#refuse()
    this.#visitor.enter(entity)
    this.#frames.push({ delimiter, isDigest: mediaType === 'multipart/digest', root, state: 'before' })
    this.#place = { type: 'preamble', start: bodyStart, is8bit: false }
  }

  #leave(end: number, isLast: boolean): void {
    const place = this.#place
    if (place.type === 'header') return
    const octets = { start: place.start, end, is8bit: place.is8bit, isLast }
    if (place.type !== 'body') this.#visitor.pass(octets)
    else if (!this.#visitor.leave(place.entity, octets)) this.#refuse()
  }
}

const HYPHEN = 0x2d
const EMPTY_LINE = Buffer.from('\r\n')
const MEDIA_TYPE = /^([\w!#$%&'*+.^`{|}~-]+\/[\w!#$%&'*+.^`{|}~-]+)[ \t]*(?:;|$)/

/** Of what is no multipart the boundary is empty. */
type BoundedEntity = Entity & { readonly boundary: string }
type ContentFields = Omit<BoundedEntity, 'root' | 'emptyLine'>

/** Of a part that is no multipart only the type must be well written: nothing depends on the rest. */
function readContentFields(
  section: Buffer,
  fields: readonly HeaderField[],
  { start, isDigest }: Extract<Place, { type: 'header' }>,
): ContentFields | undefined {
  const [typeField, secondType] = fields.filter(({ name }) => name === 'content-type')
  const [encodingField, secondEncoding] = fields.filter(({ name }) => name === 'content-transfer-encoding')
  if (secondType !== undefined || secondEncoding !== undefined) return undefined
  const written = typeField === undefined ? (isDigest ? 'message/rfc822' : 'text/plain') : valueOf(section, typeField)
  const mediaType = MEDIA_TYPE.exec(written)?.[1]?.toLowerCase()
  const encoding = encodingField === undefined ? '' : valueOf(section, encodingField).toLowerCase()
  if (mediaType === undefined || (encodingField !== undefined && encoding === '')) return undefined
  const contentType = typeField === undefined ? '' : written
  const dispositionField = fields.find(({ name }) => name === 'content-disposition')
  const disposition = dispositionField === undefined ? '' : valueOf(section, dispositionField)
  const about = { mediaType, contentType, disposition, encoding, encodingField, headerStart: start }
  if (!mediaType.startsWith('multipart/')) return { ...about, boundary: '' }
  const parameters = readMediaType(written)?.parameters ?? new Map<string, string>()
  // RFC 2231 §3, §4: a boundary in pieces is known to few readers.
  if ([...parameters.keys()].some((name) => name.startsWith('boundary*'))) return undefined
  return { ...about, boundary: parameters.get('boundary') ?? '' }
}

const valueOf = (section: Buffer, { valueStart, end }: HeaderField): string =>
  section.toString('latin1', valueStart, end).replaceAll('\r\n', '').trim()

const isSignature = ({ name }: HeaderField): boolean => SIGNATURE_FIELDS.has(name)

/** RFC 6376 §3.2, §3.5. */
const signerOf = (section: Buffer, field: HeaderField): string =>
  /(?:^|;)[ \t]*d[ \t]*=[ \t]*([^;\s]+)/.exec(valueOf(section, field))?.[1]?.toLowerCase() ?? ''
