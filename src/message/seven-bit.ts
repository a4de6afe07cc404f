// A message in 7 bits, as it streams by and as it was planned. RFC 6152 §3.

import { writeEdits } from './edits.ts'
import type { SevenBitPlan } from './seven-bit-plan.ts'
import { Base64Encoder, QuotedPrintableEncoder } from './transfer-encoders.ts'

/** `content` is the one that was planned for. */
export const writeSevenBit = (
  content: AsyncIterable<Uint8Array>,
  { edits }: SevenBitPlan,
): AsyncGenerator<Uint8Array> =>
  writeEdits(content, edits, ({ as }) => (as === 'base64' ? new Base64Encoder() : new QuotedPrintableEncoder()))
