// Every operation that a role may name, as the API lists them, with what each is for in the language of the page.

import { useQuery } from '@tanstack/react-query'
import { useApi } from '../../session/session-context.tsx'
import { useLanguage } from '../../texts/language.tsx'
import { VERSION } from './model.ts'
import { germanOperation } from './operation-texts.ts'

export type Operation = { readonly name: string; readonly isDataAction: boolean; readonly description: string }
export type OperationType = { readonly name: string; readonly operations: readonly Operation[] }
export type Provider = {
  readonly name: string
  readonly displayName: string
  readonly types: readonly OperationType[]
}

type WireType = { readonly name: string; readonly displayName: string; readonly operations: readonly Operation[] }
type WireProvider = {
  readonly name: string
  readonly displayName: string
  readonly resourceTypes: readonly WireType[]
  readonly operations: readonly Operation[]
}

export function useCatalogue() {
  const api = useApi()
  const { language } = useLanguage()
  const answer = useQuery({
    queryKey: ['operations'],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: ({ signal }) =>
      api.call<{ value: readonly WireProvider[] }>('GET', '/providers/Microsoft.Authorization/providerOperations', {
        query: VERSION,
        signal,
      }),
  })
  const described = (operations: readonly Operation[], type: string) =>
    language === 'en'
      ? operations
      : operations.map((one) => ({ ...one, description: germanOperation(one.name, type) ?? one.description }))
  const providers = (answer.data?.value ?? []).map(
    ({ name, displayName, operations, resourceTypes }): Provider => ({
      name,
      displayName,
      types: [
        { name, operations: described(operations, '') },
        ...resourceTypes.map((type) => ({
          name: `${name}/${type.name}`,
          operations: described(type.operations, type.displayName),
        })),
      ].filter((type) => type.operations.length > 0),
    }),
  )
  const byName = new Map(
    providers
      .flatMap(({ types }) => types.flatMap(({ operations }) => operations))
      .map((operation) => [operation.name.toLowerCase(), operation] as const),
  )
  return { providers, byName, isPending: answer.isPending, error: answer.error }
}

export const VERBS = ['read', 'write', 'other', 'delete'] as const
export type Verb = (typeof VERBS)[number]

export function verbOf({ name }: Operation): Verb {
  const last = name.slice(name.lastIndexOf('/') + 1).toLowerCase()
  return VERBS.find((verb) => verb === last) ?? 'other'
}
