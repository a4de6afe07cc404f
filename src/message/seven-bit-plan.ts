// Whether a message can be written in 7 bits without anybody reading another message from it, and what has to be changed for that: read
// in one pass, with no more in memory than a header and the places of the changes. What it does not understand it does not convert.
// RFC 2045 §6, RFC 2046 §5, RFC 6152 §3.

import { type Edit, EditList } from './edits.ts'
import { type Entity, type Octets, PLAIN_ENCODINGS, readStructure, type StructureVisitor } from './mime-structure.ts'

/** In which encoding octets are written. */
export type Encoded = { readonly as: 'quoted-printable' | 'base64' }

export type SevenBitPlan = {
  readonly edits: readonly Edit<Encoded>[]
  /** Domains, in lower case, whose signatures the changes break; empty for one that names no domain. */
  readonly signedBy: readonly string[]
}

/** Undefined when the message is not to be converted. */
export async function planSevenBit(content: AsyncIterable<Uint8Array>): Promise<SevenBitPlan | undefined> {
  const planner = new SevenBitPlanner()
  const structure = await readStructure(content, planner)
  return structure && { edits: planner.edits(), signedBy: structure.signedBy }
}

const WIDE_ENCODINGS = new Set(['8bit', 'binary'])

class SevenBitPlanner implements StructureVisitor {
  readonly #edits = new EditList<Encoded>()

  edits(): readonly Edit<Encoded>[] {
    return this.#edits.finish()
  }

  enter(entity: Entity): void {
    if (WIDE_ENCODINGS.has(entity.encoding)) this.#edits.label(entity, '7bit')
  }

  leave(entity: Entity, { start, end, is8bit, isLast }: Octets): boolean {
    const { mediaType, encoding } = entity
    if (!is8bit) {
      if (WIDE_ENCODINGS.has(encoding)) this.#edits.label(entity, '7bit')
      return true
    }
    if (!PLAIN_ENCODINGS.has(encoding) || mediaType.startsWith('message/')) return false
    const as = mediaType.startsWith('text/') ? 'quoted-printable' : 'base64'
    this.#edits.label(entity, as)
    this.#edits.replace({ start, end, as })
    if (as === 'base64' && isLast) this.#edits.insert(end, '\r\n')
    return true
  }

  /** What holds 8-bit octets around parts is seen by no reader, and left out. */
  pass({ start, end, is8bit }: Octets): void {
    if (is8bit) this.#edits.replace({ start, end, as: 'text', text: '' })
  }
}
