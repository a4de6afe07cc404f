// An event subscription that is being filled in, and what the API is given of it. Pure.

import type { Schema } from './subscription.ts'

export type Draft = {
  readonly name: string
  readonly schema: Schema
  readonly url: string
  readonly headers: string
  readonly ca: string
  readonly secret: string
  /** Undefined: all, also those that come later. */
  readonly types: readonly string[] | undefined
}

export const EMPTY_DRAFT: Draft = {
  name: '',
  schema: 'EventGridSchema',
  url: '',
  headers: '',
  ca: '',
  secret: '',
  types: undefined,
}

/** Undefined where a line is no header. */
export function headersOf({ headers }: Pick<Draft, 'headers'>): Readonly<Record<string, string>> | undefined {
  const lines = headers.split(/\r?\n/).filter((line) => line.trim() !== '')
  const pairs = lines.map((line) => /^\s*([^\s:]+)\s*:\s*(.*?)\s*$/.exec(line))
  if (pairs.some((pair) => pair === null)) return undefined
  return Object.fromEntries(pairs.map((pair) => [pair?.[1] ?? '', pair?.[2] ?? '']))
}

export const isNamed = ({ name }: Draft): boolean => /^[a-z0-9-]{3,64}$/i.test(name)
export const hasEndpoint = (draft: Draft): boolean =>
  /^https?:$/.test(URL.parse(draft.url)?.protocol ?? '') && headersOf(draft) !== undefined
export const hasTypes = ({ types }: Draft): boolean => types === undefined || types.length > 0

/** What is left empty is left out: the API has its own ways then. */
export function bodyOf(draft: Draft): object {
  const headers = headersOf(draft) ?? {}
  const given = { ca: draft.ca.trim(), secret: draft.secret.trim() }
  return {
    properties: {
      endpointUrl: draft.url,
      eventSchema: draft.schema,
      eventTypes: draft.types ?? [],
      ...(Object.keys(headers).length > 0 && { headers }),
      ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== '')),
    },
  }
}
