// An event subscription that is being filled in, and what the API is given of it. Pure.

import type { EventSubscription, Schema } from './subscription.ts'

export type Draft = {
  readonly name: string
  readonly schema: Schema
  readonly url: string
  readonly headers: string
  /** Those that are there stay: nobody is shown their values. */
  readonly keepsHeaders: boolean
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
  keepsHeaders: false,
  ca: '',
  secret: '',
  types: undefined,
}

/** Of one that is there, without what is secret of it. */
export function draftOf({ name, properties }: EventSubscription): Draft {
  const { eventSchema, eventTypes, headerNames, ca = '' } = properties
  const types = eventTypes.length === 0 ? undefined : eventTypes
  return { ...EMPTY_DRAFT, name, schema: eventSchema, ca, types, keepsHeaders: headerNames.length > 0 }
}

/** Undefined where a line is no header. */
export function headersOf({ headers }: Pick<Draft, 'headers'>): Readonly<Record<string, string>> | undefined {
  const lines = headers.split(/\r?\n/).filter((line) => line.trim() !== '')
  const pairs = lines.map((line) => /^\s*([^\s:]+)\s*:\s*(.*?)\s*$/.exec(line))
  if (pairs.some((pair) => pair === null)) return undefined
  return Object.fromEntries(pairs.map((pair) => [pair?.[1] ?? '', pair?.[2] ?? '']))
}

export const isNamed = ({ name }: Draft): boolean => /^[a-z0-9-]{3,64}$/i.test(name)
const isAddress = (url: string): boolean => /^https?:$/.test(URL.parse(url)?.protocol ?? '')
export const hasEndpoint = (draft: Draft): boolean => isAddress(draft.url) && headersOf(draft) !== undefined
/** Without another one the endpoint stays. */
export const mayHaveEndpoint = (draft: Draft): boolean =>
  (draft.url === '' || isAddress(draft.url)) && (draft.keepsHeaders || headersOf(draft) !== undefined)
export const hasTypes = ({ types }: Draft): boolean => types === undefined || types.length > 0

/** What is left empty is left out: the API has its own ways then. */
export function bodyOf(draft: Draft): object {
  const headers = headersOf(draft) ?? {}
  return bodyWith(draft, Object.keys(headers).length > 0 && { headers })
}

export const changesOf = (draft: Draft): object =>
  bodyWith(draft, !draft.keepsHeaders && { headers: headersOf(draft) ?? {} })

function bodyWith({ url, schema, types, ca, secret }: Draft, headers: object | false): object {
  const given = { endpointUrl: url, ca: ca.trim(), secret: secret.trim() }
  return {
    properties: {
      eventSchema: schema,
      eventTypes: types ?? [],
      ...headers,
      ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== '')),
    },
  }
}
