// The parts of a message that a reader is shown as HTML, by their places, and the changes of the header that writing them anew needs: read
// in one pass, with no more in memory than a header. Attachments, messages within, and everything in mail that is signed or encrypted are
// none of them; so is what is too large to be held at once. RFC 2045 §6, RFC 2183 §2, RFC 2854.

import { type Edit, EditList } from './edits.ts'
import { decodeBody, readMediaType } from './mime-entity.ts'
import { type Entity, type Octets, PLAIN_ENCODINGS, readStructure, type StructureVisitor } from './mime-structure.ts'
import { Base64Encoder, QuotedPrintableEncoder } from './transfer-encoders.ts'

/** `encoding` as it was, in lower case; `charset` as it was written, empty when nothing says. */
export type HtmlPart = { readonly as: 'html'; readonly encoding: string; readonly charset: string }

export type HtmlPlan = {
  /** Without an HTML part nothing is changed. */
  readonly edits: readonly Edit<HtmlPart>[]
  /** Domains, in lower case, whose signatures the changes break; empty for one that names no domain. */
  readonly signedBy: readonly string[]
}

/** Octets of a part as it is encoded. Most readers show a tenth of it. */
export const HTML_LIMIT = 1024 * 1024

/** Those behind them stay, so that no message becomes many times as large. */
const PART_LIMIT = 10

/** Undefined when nothing of the message is to be changed. */
export async function planHtmlParts(content: AsyncIterable<Uint8Array>): Promise<HtmlPlan | undefined> {
  const planner = new HtmlPlanner()
  const structure = await readStructure(content, planner)
  if (structure === undefined || planner.hasReport || planner.parts === 0) return undefined
  return { edits: planner.edits(), signedBy: structure.signedBy }
}

class HtmlPlanner implements StructureVisitor {
  readonly #edits = new EditList<HtmlPart>()
  parts = 0
  hasReport = false

  edits(): readonly Edit<HtmlPart>[] {
    return this.#edits.finish()
  }

  enter({ mediaType }: Entity): void {
    this.hasReport ||= mediaType === 'multipart/report'
  }

  leave(entity: Entity, { start, end }: Octets): boolean {
    const charset = charsetOfShown(entity)
    if (charset === undefined || this.parts === PART_LIMIT) return true
    if (end === start || end - start > HTML_LIMIT) return true
    const { encoding } = entity
    if (PLAIN_ENCODINGS.has(encoding)) this.#edits.label(entity, 'quoted-printable')
    else if (encoding !== 'quoted-printable' && encoding !== 'base64') return true
    this.#edits.replace({ start, end, as: 'html', encoding, charset })
    this.parts += 1
    return true
  }

  pass(): void {}
}

/** Undefined for what is not HTML, or not shown in its place. */
function charsetOfShown({ root, mediaType, contentType, disposition }: Entity): string | undefined {
  if (!root.isOutermost || mediaType !== 'text/html') return undefined
  const parameters = readMediaType(contentType)?.parameters
  if (parameters === undefined || parameters.has('name')) return undefined
  return /^(?:inline[ \t]*(?:;|$)|$)/i.test(disposition) && !/filename/i.test(disposition)
    ? (parameters.get('charset') ?? '')
    : undefined
}

/**
 * Writes one HTML part: `rewrite` is given its octets without their encoding and answers others, or undefined to leave them. What cannot
 * be decoded stays as it is.
 */
export function htmlWriter(
  { encoding }: HtmlPart,
  rewrite: (html: Uint8Array) => Promise<Uint8Array | undefined>,
): { take(octets: Uint8Array): Uint8Array; end(): Promise<Uint8Array> } {
  const taken: Uint8Array[] = []
  return {
    take(octets) {
      taken.push(octets)
      return NOTHING
    },
    async end() {
      const body = Buffer.concat(taken)
      const isPlain = PLAIN_ENCODINGS.has(encoding)
      const html = isPlain ? body : decodeBody({ encoding, body })
      const rewritten = html && (await rewrite(html))
      if (rewritten === undefined && !isPlain) return body
      const encoder = encoding === 'base64' ? new Base64Encoder() : new QuotedPrintableEncoder()
      const encoded = Buffer.concat([encoder.take(rewritten ?? body), encoder.end()])
      return encoding === 'base64' && body.subarray(-2).equals(LINE_END) ? Buffer.concat([encoded, LINE_END]) : encoded
    },
  }
}

const NOTHING = new Uint8Array()
const LINE_END = Buffer.from('\r\n')
