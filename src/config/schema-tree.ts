// The schema as a list of documented keys, in the order they are written. Documentation and the suggestions for misspelt keys both
// read this, never the schema library's inner shapes.

import * as z from 'zod'
import { fieldFacts } from './schema-fields.ts'

export type DocumentedKey = {
  readonly path: readonly string[]
  readonly description: string
  /** In words; undefined for a section. */
  readonly allowed: string | undefined
  readonly example: string | undefined
  /** As an operator writes it; undefined when there is none, or none that is the same everywhere. */
  readonly default: unknown
  readonly required: boolean
  readonly isSection: boolean
  /** An optional section, or a key in one: without it nothing of it has a default. */
  readonly leftOut: boolean
  /** Keys of one item, when the value is a list of sections; their paths start at the item. Lists in it are followed too. */
  readonly itemKeys: readonly DocumentedKey[]
}

/** Every key at or below the schema, each section before its keys. */
export function documentedKeys(
  schema: z.ZodType,
  path: readonly string[] = [],
  leftOut = false,
): readonly DocumentedKey[] {
  if (!(schema instanceof z.ZodObject)) return []
  return Object.entries(schema.shape as Readonly<Record<string, z.ZodType>>).flatMap(([name, outer]) => {
    const layers = unwrap(outer)
    const inner = layers.at(-1) ?? outer
    if (inner instanceof z.ZodNever) return []
    const isLeftOut = leftOut || (inner instanceof z.ZodObject && outer instanceof z.ZodOptional)
    const key = { ...documentKey([...path, name], outer, layers), leftOut: isLeftOut }
    return [key, ...documentedKeys(inner, key.path, isLeftOut)]
  })
}

function documentKey(path: readonly string[], outer: z.ZodType, layers: readonly z.ZodType[]) {
  const inner = layers.at(-1) ?? outer
  const facts = layers.map((layer) => fieldFacts.get(layer)).find((found) => found !== undefined)
  const prefault = layers.find((layer) => layer instanceof z.ZodPrefault)
  return {
    path,
    description: outer.description ?? '',
    allowed: facts?.allowed,
    example: facts?.example,
    default: prefault?.def.defaultValue,
    required: !outer.safeParse(undefined).success,
    isSection: inner instanceof z.ZodObject,
    itemKeys: inner instanceof z.ZodArray ? documentedKeys(inner.element as z.ZodType).flatMap(withItemKeys) : [],
  }
}

function withItemKeys(key: DocumentedKey): readonly DocumentedKey[] {
  return [key, ...key.itemKeys.map((item) => ({ ...item, path: [...key.path, ...item.path] }))]
}

/** The schema and everything it wraps, the value's own type last. */
function unwrap(schema: z.ZodType): readonly z.ZodType[] {
  if (schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional)
    return [schema, ...unwrap(schema.def.innerType as z.ZodType)]
  if (schema instanceof z.ZodPipe)
    return [schema, ...unwrap((schema.def.in instanceof z.ZodTransform ? schema.def.out : schema.def.in) as z.ZodType)]
  return [schema]
}
