// A message in 7 bits, as it streams by and as it was planned: octets that no plan names are written as they are. RFC 6152 §3.

import type { Edit, SevenBitPlan } from './seven-bit-plan.ts'
import { Base64Encoder, QuotedPrintableEncoder, type TransferEncoder } from './transfer-encoders.ts'

/** `content` is the one that was planned for. */
export async function* writeSevenBit(
  content: AsyncIterable<Uint8Array>,
  { edits }: SevenBitPlan,
): AsyncGenerator<Uint8Array> {
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
      const { edit, encoder } = current
      const covered = rest.subarray(0, edit.end - offset)
      offset += covered.length
      yield encoder.take(covered)
      if (offset < edit.end) break
      yield encoder.end()
      current = begin(left.next().value)
    }
  }
  for (; current !== undefined; current = begin(left.next().value)) yield current.encoder.end()
}

type Begun = { readonly edit: Edit; readonly encoder: TransferEncoder }

const begin = (edit: Edit | undefined): Begun | undefined => edit && { edit, encoder: encoderOf(edit) }

function encoderOf(edit: Edit): TransferEncoder {
  if (edit.as === 'text') return { take: () => NOTHING, end: () => Buffer.from(edit.text, 'latin1') }
  return edit.as === 'base64' ? new Base64Encoder() : new QuotedPrintableEncoder()
}

const NOTHING = new Uint8Array()
