// Bodies and queries to typed values by one schema per route. What does not fit, or could not be stored, is a 400 that names the member
// and repeats nothing of what was sent.

import type { Context } from 'hono'
import type { z } from 'zod'
import { findUnstorable } from './find-unstorable.ts'
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
  if (text === '') return check({}, schema)
  const contentType = request.header('content-type') ?? ''
  if (!/^application\/(?:[\w.-]+\+)?json(?:;|$)/i.test(contentType)) {
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

function invalid(path: readonly PropertyKey[], message: string): Refusal {
  const member = path.join('.')
  if (member === '') return badRequest('InvalidRequestContent', `The request is invalid: ${message}.`)
  return badMember(member, `The request is invalid at '${member}': ${message}.`)
}
