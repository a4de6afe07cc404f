// Schemas of zod as the document has them: what has a name is kept once among the components, everything else where it is used.
// JSON Schema 2020-12.

import { z } from 'zod'
import { schemaNames } from './responses.ts'

export type JsonSchema = z.core.JSONSchema.BaseSchema

export type SchemaWriter = {
  /** Those with names that were written so far. */
  readonly components: Readonly<Record<string, JsonSchema>>
  write(schema: z.ZodType): JsonSchema
}

/** Of what a client sends, before defaults and conversions; what a client is sent has neither. */
export function createSchemaWriter(): SchemaWriter {
  const components: Record<string, JsonSchema> = {}
  return {
    components,
    write(schema) {
      const options = { io: 'input', unrepresentable: 'any', metadata: schemaNames, override } as const
      const { $schema: _, $defs = {}, ...written } = pointed(z.toJSONSchema(schema, options))
      Object.assign(components, $defs)
      return written
    },
  }
}

/** A format says all that its pattern does. */
function override({ jsonSchema }: { readonly jsonSchema: JsonSchema }): void {
  if (jsonSchema.format !== undefined) delete jsonSchema.pattern
}

/** With references to where the names are in the document. */
function pointed(schema: JsonSchema): JsonSchema {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/')) as JsonSchema
}
