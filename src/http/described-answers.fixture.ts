// Fixture: holds real answers against the document of the API. Every answer must be of a status, a media type and a schema that the
// document tells for its operation; and in the end everything that the document promises must have been seen. An object may have no
// member that its schema does not name, although clients are promised no such thing.

import assert from 'node:assert/strict'
import { z } from 'zod'

type Schema = z.core.JSONSchema.BaseSchema
type Content = Readonly<Record<string, { readonly schema?: Schema }>>
type Described = { readonly $ref?: string; readonly content?: Content }
type Operation = {
  readonly parameters: readonly { readonly name?: string; readonly in?: string }[]
  readonly responses: Readonly<Record<string, Described>>
}
export type ApiDocument = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>
    readonly responses: Readonly<Record<string, Described>>
  }
}

type Asked = { readonly method: string; readonly path: string }

export type AnswerChecker = ReturnType<typeof createAnswerChecker>

export function createAnswerChecker(document: ApiDocument) {
  const { schemas, responses } = document.components
  const templates = Object.keys(document.paths).toSorted((one, other) => openness(one) - openness(other))
  const patterns = templates.map((template) => ({ template, pattern: patternOf(template) }))
  const validators = validatorsOver(schemas)
  const [seen, members] = [new Set<string>(), new Set<string>()]

  const operationOf = ({ method, path }: Asked) => {
    const plain = path.replace(/\?.*/, '').replace(/\(appId='(.*)'\)/, '/$1')
    const template = patterns.find(({ pattern }) => pattern.test(plain))?.template ?? ''
    const operation = document.paths[template]?.[method.toLowerCase()]
    assert.ok(operation, `${method} ${plain} is not in the document`)
    return { operation, name: `${method} ${template}` }
  }
  return {
    /** Gives the text of the answer. */
    async check(asked: Asked, answer: Response): Promise<string> {
      const { operation, name } = operationOf(asked)
      const text = await answer.text()
      const isTold = String(answer.status) in operation.responses
      assert.ok(isTold || answer.status >= 400, `${name} answers ${answer.status}, which the document does not tell`)
      const told = operation.responses[isTold ? answer.status : 'default']
      const described = told?.$ref === undefined ? told : responses[told.$ref.split('/').at(-1) ?? '']
      const value = checkBody(validators, described?.content, answer, text, `${name} ${answer.status}`)
      for (const { schema = {} } of Object.values(described?.content ?? {}))
        for (const member of namesIn(schemas, schema, value)) members.add(member)
      seen.add(`${name} ${answer.status}`)
      return text
    },
    /** Of the operations whose paths are `chosen`, but for the members of the schemas that another test shows. */
    assertComplete(chosen: (path: string) => boolean, elsewhere: readonly string[] = []): void {
      const promised = Object.entries(document.paths)
        .filter(([path]) => chosen(path))
        .flatMap(([path, item]) => Object.entries(item).map(([method, operation]) => ({ path, method, operation })))
      const statuses = promised.flatMap(({ path, method, operation }) =>
        Object.keys(operation.responses)
          .filter((status) => status !== 'default')
          .map((status) => `${method.toUpperCase()} ${path} ${status}`),
      )
      assert.deepEqual(
        statuses.filter((status) => !seen.has(status)),
        [],
        'what the document tells and no answer showed',
      )
      const used = schemasIn(document, promised)
      const named = [...used].flatMap(($ref) => [...namesIn(schemas, { $ref })])
      assert.deepEqual(
        named.filter((member) => !members.has(member) && !elsewhere.includes(member.split('.')[0] ?? '')),
        [],
        'members that no answer had',
      )
    },
  }
}

function checkBody(
  validators: (schema: Schema) => z.ZodType,
  content: Content | undefined,
  answer: Response,
  text: string,
  name: string,
): unknown {
  if (content === undefined) {
    assert.equal(text, '', `${name} has a body, which the document does not tell`)
    return undefined
  }
  const [[mediaType, { schema }] = ['', { schema: undefined }]] = Object.entries(content)
  const essence = (type: string) => type.split(';')[0]
  assert.equal(essence(answer.headers.get('content-type') ?? ''), essence(mediaType), name)
  const value: unknown = mediaType === 'application/json' ? JSON.parse(text) : text
  if (schema === undefined) return value
  const { error } = validators(schema).safeParse(value)
  if (error !== undefined) assert.fail(`${name}: ${z.prettifyError(error)}\n${text}`)
  return value
}

/** Parameters stand for a segment, a scope for any number of them. */
function patternOf(template: string): RegExp {
  const quoted = template.replaceAll(/[$.]/g, String.raw`\$&`)
  return new RegExp(`^${quoted.replace('/{scope}', '(?:/.+)?').replaceAll(/\{\w+\}/g, '[^/]+')}$`, 'i')
}

const openness = (template: string) => template.split('{').length + (template.includes('{scope}') ? 100 : 0)

function validatorsOver(schemas: Readonly<Record<string, Schema>>): (schema: Schema) => z.ZodType {
  const $defs = closed(schemas) as Record<string, Schema>
  const made = new Map<Schema, z.ZodType>()
  return (schema) => {
    const validator = made.get(schema) ?? z.fromJSONSchema({ ...(closed(schema) as Schema), $defs })
    made.set(schema, validator)
    return validator
  }
}

/** The same schema without room for members that it does not name. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed)
  if (typeof schema !== 'object' || schema === null) return schema
  const inner = Object.entries(schema).map(([key, value]) => [
    key,
    key === '$ref' ? String(value).replace('#/components/schemas/', '#/$defs/') : closed(value),
  ])
  const isOpen = 'properties' in schema && 'type' in schema && !('additionalProperties' in schema)
  return { ...Object.fromEntries(inner), ...(isOpen ? { additionalProperties: false } : {}) }
}

const MISSING = Symbol('missing')

/** `Domain.properties.dataLocation`, for each member of a component that `value` has; without a value, for each that there may be. */
function* namesIn(
  schemas: Readonly<Record<string, Schema>>,
  schema: Schema,
  value: unknown = MISSING,
  owner = '',
): Generator<string> {
  const inner = (part: unknown, of: unknown, name: string) =>
    typeof part === 'object' && part !== null ? namesIn(schemas, part as Schema, of, name) : []
  if (schema.$ref !== undefined) {
    const name = schema.$ref.split('/').at(-1) ?? ''
    // A component that is part of another speaks for itself.
    if (value === MISSING && owner !== '') return
    yield* inner(schemas[name], value, name)
  }
  for (const option of schema.anyOf ?? []) yield* inner(option, value, owner)
  if (value === MISSING) yield* inner(schema.items, MISSING, owner)
  else if (Array.isArray(value)) for (const item of value) yield* inner(schema.items, item, owner)
  for (const [member, part] of Object.entries(schema.properties ?? {})) {
    const of = value === MISSING ? MISSING : memberOf(value, member)
    if (of === undefined) continue
    // What may be anything is told to be taken and kept; it need not be.
    if (owner !== '' && JSON.stringify(part) !== '{}') yield `${owner}.${member}`
    yield* inner(part, of, owner === '' ? '' : `${owner}.${member}`)
  }
}

const memberOf = (value: unknown, member: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[member] : undefined

/** References to all that `part` of the document refers to, however indirectly. */
function schemasIn(
  { components }: Pick<ApiDocument, 'components'>,
  part: unknown,
  found = new Set<string>(),
): Set<string> {
  for (const [, $ref = '', kind, name = ''] of JSON.stringify(part).matchAll(REFERENCE)) {
    if (found.has($ref)) continue
    if (kind === 'schemas') found.add($ref)
    schemasIn({ components }, components[kind as 'schemas' | 'responses'][name], found)
  }
  return found
}

const REFERENCE = /"(#\/components\/(schemas|responses)\/(\w+))"/g
