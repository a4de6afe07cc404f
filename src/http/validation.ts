// Bodies and queries to typed values by one schema per route. What does not fit, or could not be stored, is a 400 that names the member
// and repeats nothing of what was sent.

import { isUtf8 } from 'node:buffer'
import type { Context } from 'hono'
import type { z } from 'zod'
import { findUnstorable, MAX_DEPTH } from './find-unstorable.ts'
import { exceedsJson } from './json-bounds.ts'
import { badMember, badRequest, type Refusal, refused } from './refusal.ts'
import type { HttpEnv } from './request-context.ts'

export type Parsed<T> = { readonly type: 'valid'; readonly value: T } | Refusal

/** Behind `requireBearer`. An empty body counts as an empty object. Azure: clients send a JSON content type with nothing behind it. */
export function readBody<Schema extends z.ZodType>(
  { req: request, var: { body } }: Context<HttpEnv>,
  schema: Schema,
): Parsed<z.output<Schema>> {
  if (body.type === 'refused') return body
  const { text } = body
  return text === '' ? check({}, schema) : readJson(request.header('content-type'), text, schema)
}

/** A message with as many addressees, headers and files as it may have needs fewer. */
const BOUNDS = { members: 100_000, depth: MAX_DEPTH }
const TOO_MUCH = badRequest(
  'InvalidRequestContent',
  'The request content has too many members, or is nested too deeply.',
)

/** The same of a body that came as octets, of which there may be many. */
export function parseJsonBody<Schema extends z.ZodType>(
  contentType: string | undefined,
  octets: Uint8Array,
  schema: Schema,
): Parsed<z.output<Schema>> {
  if (!isUtf8(octets)) return badRequest('InvalidRequestContent', 'The request content is not valid UTF-8.')
  if (exceedsJson(octets, BOUNDS)) return TOO_MUCH
  return readJson(contentType, Buffer.from(octets.buffer, octets.byteOffset, octets.length).toString('utf8'), schema)
}

function readJson<Schema extends z.ZodType>(
  contentType: string | undefined,
  text: string,
  schema: Schema,
): Parsed<z.output<Schema>> {
  if (!/^application\/(?:[\w.-]+\+)?json(?:;|$)/i.test(contentType ?? '')) {
    return refused(415, 'UnsupportedMediaType', "The content type of the body must be 'application/json'.")
  }
  const json = parseJson(text)
  return json === undefined
    ? badRequest('InvalidRequestContent', 'The request content is not valid JSON.')
    : check(json, schema)
}

/** Undefined for what is not JSON, which is nothing that JSON could say. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export function readQuery<Schema extends z.ZodType>(url: string, schema: Schema): Parsed<z.output<Schema>> {
  return check(Object.fromEntries(new URL(url).searchParams), schema)
}

function check<Schema extends z.ZodType>(input: unknown, schema: Schema): Parsed<z.output<Schema>> {
  const unstorable = findUnstorable(input)
  if (unstorable !== undefined) return invalid(unstorable.path, unstorable.reason)
  const { success, data, error } = schema.safeParse(input)
  if (success) return { type: 'valid', value: data }
  const [issue] = error.issues
  return invalid(issue?.path ?? [], issue?.message ?? '')
}

/** Names of members are the caller's to choose. */
const LONGEST_MEMBER = 200

function invalid(path: readonly PropertyKey[], message: string): Refusal {
  const member = path.join('.').slice(0, LONGEST_MEMBER)
  if (member === '') return badRequest('InvalidRequestContent', `The request is invalid: ${message}.`)
  return badMember(member, `The request is invalid at '${member}': ${message}.`)
}
