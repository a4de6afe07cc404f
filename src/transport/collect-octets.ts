// A content as one piece of memory, for what cannot be streamed.

/** Undefined when there are more than `limit`; the rest is not read. */
export async function collectOctets(pieces: AsyncIterable<Uint8Array>, limit: number): Promise<Uint8Array | undefined> {
  const kept: Uint8Array[] = []
  let size = 0
  for await (const piece of pieces) {
    size += piece.byteLength
    if (size > limit) return undefined
    kept.push(piece)
  }
  return Buffer.concat(kept, size)
}
