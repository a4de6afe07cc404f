// Fixture: a file in memory that can be told to fail, to stop short or to wait.

import { type AppendFile, SegmentFile } from './segment-file.ts'

export class FakeFile {
  octets = Buffer.alloc(0)
  writes = 0
  syncs = 0
  shortBy = 0
  failure: Error | undefined
  /** Writes and syncs wait for it. */
  gate: Promise<void> = Promise.resolve()

  async writev(buffers: Uint8Array[], position: number) {
    this.writes += 1
    await this.gate
    if (this.failure !== undefined) throw this.failure
    const all = Buffer.concat(buffers)
    const bytesWritten = all.byteLength - Math.min(this.shortBy, all.byteLength - 1)
    const end = position + bytesWritten
    if (this.octets.byteLength < end) this.octets = Buffer.concat([this.octets], end)
    all.copy(this.octets, position, 0, bytesWritten)
    return { bytesWritten, buffers }
  }

  async datasync() {
    this.syncs += 1
    await this.gate
    if (this.failure !== undefined) throw this.failure
  }

  async close() {}
}

export function fakeSegment(): { readonly fake: FakeFile; readonly file: SegmentFile } {
  const fake = new FakeFile()
  return { fake, file: new SegmentFile('s', fake as unknown as AppendFile) }
}

/** What the system says, with a path that must not get out. */
export const systemError = (code: string): Error => Object.assign(new Error(`${code}: /secret/path`), { code })

/** Resolves when it is opened. */
export function createGate(): { readonly wait: Promise<void>; open(): void } {
  let open = () => {}
  const wait = new Promise<void>((resolve) => {
    open = resolve
  })
  return { wait, open: () => open() }
}

/** Lets everything that needs no input from outside go on as far as it can. */
export const idle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
