// The port to message octets. It knows nothing of envelopes. A sealed content is durable before, or together with, the row that
// refers to it; what nothing refers to is swept.

/** Where a part of a content lies in a segment file. */
export type Extent = { readonly offset: number; readonly length: number }

/** A sealed content. Small ones travel inside the reference and become durable with the row that takes them. */
export type ContentRef =
  | { readonly kind: 'inline'; readonly size: number; readonly octets: Uint8Array }
  /** Already in the store, under its own id. */
  | { readonly kind: 'stored'; readonly size: number; readonly contentId: string }
  | { readonly kind: 'segment'; readonly size: number; readonly segment: string; readonly extents: readonly Extent[] }
  | { readonly kind: 'upload'; readonly size: number; readonly uploadId: string }

export interface ContentWriter {
  /** Takes ownership of the chunk. Resolves when the writer can take more: await it, and memory stays bounded. */
  append(chunk: Uint8Array): Promise<void>
  seal(): Promise<ContentRef>
  /** Gives the content up. Nothing needs to be awaited; what was written is reclaimed later. */
  drop(): void
}

export interface ContentStore {
  begin(): ContentWriter
  /** Octets of a stored content in order. Throws when the reference leads nowhere. */
  open(ref: ContentRef): AsyncIterable<Uint8Array>
  close(): Promise<void>
}
