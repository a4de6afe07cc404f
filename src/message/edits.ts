// Changes of a message by the places of its octets, and the writing of a message with them as it streams by: octets that no change names
// are written as they are. What takes the place of the others is said by whoever planned it. RFC 2045 §4, §6.

import type { Entity, Root } from './mime-structure.ts'
import type { TransferEncoder } from './transfer-encoders.ts'

type Span = { readonly start: number; readonly end: number }
type Text = { readonly as: 'text'; readonly text: string }
/** What takes the place of the octets from `start` to `end`; a text may take the place of none. */
export type Edit<Replacement> = Span & (Text | Replacement)

export class EditList<Replacement> {
  readonly #edits: Edit<Replacement>[] = []
  readonly #edited = new Set<Root>()

  replace(edit: Edit<Replacement>): void {
    this.#edits.push(edit)
  }

  insert(at: number, text: string): void {
    this.#edits.push({ start: at, end: at, as: 'text', text })
  }

  /** Says in which encoding the entity is. */
  label({ encodingField, emptyLine, headerStart, root }: Entity, encoding: string): void {
    const text = `Content-Transfer-Encoding: ${encoding}\r\n`
    this.#edited.add(root)
    if (encodingField === undefined) return this.insert(emptyLine, text)
    const [start, end] = [headerStart + encodingField.start, headerStart + encodingField.end]
    this.#edits.push({ start, end, as: 'text', text })
  }

  /** In order, none over another. */
  finish(): readonly Edit<Replacement>[] {
    for (const { hasVersion, emptyLine } of this.#edited)
      if (!hasVersion) this.insert(emptyLine, 'MIME-Version: 1.0\r\n')
    return this.#edits.toSorted((one, other) => one.start - other.start)
  }
}

/** What is written in the place of octets: they are taken as they come. */
export type Writer = Pick<TransferEncoder, 'take'> & { end(): Uint8Array | Promise<Uint8Array> }

/** `content` is the one that was planned for. */
export async function* writeEdits<Replacement extends { readonly as: string }>(
  content: AsyncIterable<Uint8Array>,
  edits: readonly Edit<Replacement>[],
  writerOf: (replacement: Replacement) => Writer,
): AsyncGenerator<Uint8Array> {
  const begin = (edit: Edit<Replacement> | undefined) =>
    edit && { edit, writer: isText(edit) ? textWriter(edit.text) : writerOf(edit) }
  const left = edits.values()
  let current = begin(left.next().value)
  let offset = 0
  for await (const chunk of content) {
    const end = offset + chunk.length
    while (offset < end) {
      const rest = chunk.subarray(chunk.length - (end - offset))
      if (current === undefined || current.edit.start > offset) {
        const plain = rest.subarray(0, (current?.edit.start ?? end) - offset)
        offset += plain.length
        yield plain
        continue
      }
      const { edit, writer } = current
      const covered = rest.subarray(0, edit.end - offset)
      offset += covered.length
      yield writer.take(covered)
      if (offset < edit.end) break
      yield await writer.end()
      current = begin(left.next().value)
    }
  }
  for (; current !== undefined; current = begin(left.next().value)) yield await current.writer.end()
}

const isText = (edit: { readonly as: string }): edit is Text => edit.as === 'text'

const textWriter = (text: string): Writer => ({ take: () => NOTHING, end: () => Buffer.from(text, 'latin1') })

const NOTHING = new Uint8Array()
