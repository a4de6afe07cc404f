// Collects chunks until they are worth writing. Chunks are views of what sockets received: one that is small, or a small part of its
// buffer, is copied, so that a client sending single octets cannot keep a receive buffer alive with each of them. What is held
// never pins more than four times its length.

/** Below this a copy is cheaper than one more buffer in a gathered write. */
const SMALL = 1024
const MAY_PIN = 4
const BLOCK = 4096

export class ChunkGatherer {
  #buffers: Uint8Array[] = []
  /** Copies go here; `#begun` is where the run starts that is not among the buffers yet. */
  #block = Buffer.alloc(0)
  #begun = 0
  #used = 0
  #length = 0

  get length(): number {
    return this.#length
  }

  /** Takes ownership of the chunk. */
  add(chunk: Uint8Array): void {
    this.#length += chunk.byteLength
    if (chunk.byteLength < SMALL || chunk.byteLength * MAY_PIN < chunk.buffer.byteLength) {
      this.#copy(chunk)
      return
    }
    this.#endRun()
    this.#buffers.push(chunk)
  }

  /** Gives everything away, in order. */
  take(): Uint8Array[] {
    this.#endRun()
    const buffers = this.#buffers
    this.#buffers = []
    this.#length = 0
    return buffers
  }

  #copy(chunk: Uint8Array): void {
    for (let from = 0; from < chunk.byteLength; ) {
      if (this.#used === this.#block.byteLength) this.#nextBlock()
      const part = chunk.subarray(from, from + this.#block.byteLength - this.#used)
      this.#block.set(part, this.#used)
      this.#used += part.byteLength
      from += part.byteLength
    }
  }

  #nextBlock(): void {
    this.#endRun()
    this.#block = Buffer.allocUnsafeSlow(BLOCK)
    this.#begun = 0
    this.#used = 0
  }

  #endRun(): void {
    if (this.#begun < this.#used) this.#buffers.push(this.#block.subarray(this.#begun, this.#used))
    this.#begun = this.#used
  }
}

/** One buffer of exactly the right size: a structured clone would copy the whole buffer behind a view. */
export function tightCopy(buffers: readonly Uint8Array[], length: number): Uint8Array {
  const octets = Buffer.allocUnsafeSlow(length)
  let at = 0
  for (const buffer of buffers) {
    octets.set(buffer, at)
    at += buffer.byteLength
  }
  return octets
}
