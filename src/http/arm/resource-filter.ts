// The `$filter` of lists of resources and resource groups: what a resource is called, its type, its group, its tags. Anything else is
// refused, never guessed. Azure: control-plane reference §4.1.

import { parseResourceId } from '../../resources/resource-id.ts'
import type { Resource } from '../../resources/resource.ts'
import { parseFilter } from '../odata-filter.ts'
import { badRequest, type Refusal } from '../refusal.ts'

type ResourceFilter = { readonly type: 'filter'; readonly matches: (resource: Resource) => boolean }

type Test = (resource: Resource, value: string) => boolean

const same = (one: string | undefined, other: string) => one?.toLowerCase() === other.toLowerCase()

const TESTS: ReadonlyMap<string, Test> = new Map<string, Test>([
  ['name', ({ name }, value) => same(name, value)],
  ['namecontains', ({ name }, value) => name.toLowerCase().includes(value.toLowerCase())],
  ['resourcetype', ({ type }, value) => same(type, value)],
  ['resourcegroup', ({ id }, value) => same(parseResourceId(id)?.resourceGroup, value)],
  ['location', ({ location }, value) => same(location, value)],
  ['tagname', ({ tags = {} }, value) => Object.keys(tags).some((name) => same(name, value))],
])

/** Longer ones are refused as they are. */
const MAX_LENGTH = 2048

// The one call with two arguments among them becomes an equality of its own.
const SUBSTRING_OF = /substringof\(\s*('(?:[^']|'')*')\s*,\s*name\s*\)/gi

/** `names` are those that may be asked for in this list. */
export function readResourceFilter(text: string | undefined, names: readonly string[]): ResourceFilter | Refusal {
  const rewritten = text && text.length <= MAX_LENGTH ? text.replace(SUBSTRING_OF, 'nameContains eq $1') : text
  const terms = parseFilter(rewritten)
  const unsupported = badRequest('InvalidFilterInQueryString', 'The filter is not supported.')
  if (terms === undefined) return unsupported
  const equalities: { name: string; value: string }[] = []
  for (const term of terms) {
    if (term.type !== 'equals' || !names.includes(term.name)) return unsupported
    equalities.push(term)
  }
  const tagName = equalities.find(({ name }) => name === 'tagname')?.value
  return {
    type: 'filter',
    matches: (resource) =>
      equalities.every(({ name, value }) =>
        name === 'tagvalue' ? tagValue(resource, tagName) === value : TESTS.get(name)?.(resource, value),
      ),
  }
}

/** Values of tags are compared with regard to case, unlike their names. */
function tagValue({ tags = {} }: Resource, name: string | undefined): string | undefined {
  if (name === undefined) return undefined
  return Object.entries(tags).find(([own]) => same(own, name))?.[1]
}
