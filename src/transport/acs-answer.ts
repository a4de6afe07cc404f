// What Azure Communication Services answers, by table: the status and the code of an error become what happened to the message. Texts of
// the upstream are quoted in printable ASCII and cut short. Azure: data-plane reference §2.3, §2.7.

import type { UpstreamAnswer } from './upstream.ts'

/** As it came: the body may be anything. */
export type AcsResponse = {
  readonly status: number
  readonly retryAfter: string | undefined
  readonly errorCode: string | undefined
  readonly body: string
}

const TEXT_LIMIT = 300
/** Longest that an upstream is left alone because it says so, and how long when it does not say. In milliseconds. */
const LONGEST_WAIT = 3_600_000
const USUAL_WAIT = 60_000
/** Azure: between two looks at an operation. */
const BETWEEN_LOOKS = 20_000

/** Of the message, the first that fits. A code that is not listed says only that the message will not do. */
const REFUSALS: readonly (readonly [status: number, code: RegExp, enhancedStatusCode: string])[] = [
  [404, /^DomainNotLinked$/i, '5.1.7'],
  [400, /^DomainNotLinked$/i, '5.1.7'],
  [400, /^InvalidSenderUserName$/i, '5.7.1'],
  [400, /recipient|emailaddress/i, '5.1.3'],
  [400, /./, '5.6.0'],
  [413, /^/, '5.3.4'],
  [422, /^/, '5.6.0'],
]

/** The answer to a message. */
export function readSendAnswer(response: AcsResponse, polled: AcsResponse | undefined, resume: string): UpstreamAnswer {
  const { status } = response
  if (status >= 200 && status < 300) return readProgress(polled ?? response, resume)
  const { code, text } = readError(response)
  const detail = `${status} ${code}${text}`
  // Azure (seen by others, not documented): an id that was used before. Only we use our ids.
  if (status === 409) return { type: 'accepted', state: 'running', resume: '', askAgainIn: BETWEEN_LOOKS }
  if (status === 429) return { type: 'throttled', wait: readWait(response.retryAfter, USUAL_WAIT), detail }
  if (status === 401 || status === 403) return { type: 'unauthorized', detail }
  const [, , enhancedStatusCode] = REFUSALS.find(([of, codes]) => of === status && codes.test(code)) ?? []
  if (enhancedStatusCode !== undefined) return { type: 'refused', enhancedStatusCode, detail }
  // 503 that says how long is a throttle; whether the message was taken before is not known of any other.
  if (status === 503 && response.retryAfter !== undefined)
    return { type: 'throttled', wait: readWait(response.retryAfter, USUAL_WAIT), detail }
  return status >= 500 || status === 408 ? { type: 'unclear', detail } : { type: 'unauthorized', detail }
}

/** The answer to a look at an operation; one that is no answer leaves everything as it was. */
export function readProgress(response: AcsResponse, resume: string): UpstreamAnswer {
  const askAgainIn = readWait(response.retryAfter, BETWEEN_LOOKS)
  // An operation that is known no longer was accepted once.
  if (response.status === 404) return { type: 'accepted', state: 'done', resume: '', askAgainIn }
  if (response.status >= 300) return { type: 'accepted', state: 'running', resume, askAgainIn }
  const status = memberOf(parse(response.body), 'status').toLowerCase()
  if (status === 'failed' || status === 'canceled' || status === 'cancelled') {
    const { code, text } = readError(response)
    return { type: 'dropped', enhancedStatusCode: '5.7.1', detail: `${status} ${code}${text}`.trim() }
  }
  const state = status === 'succeeded' ? 'done' : 'running'
  return { type: 'accepted', state, resume, askAgainIn }
}

function readError({ body, errorCode = '' }: AcsResponse): { readonly code: string; readonly text: string } {
  const error = objectIn(parse(body), 'error')
  const code = printable(memberOf(error, 'code') || errorCode || 'without a code').slice(0, 80)
  const message = printable(memberOf(error, 'message'))
  return { code, text: message === '' ? '' : `: ${message}` }
}

export const printable = (text: string): string =>
  text
    .slice(0, TEXT_LIMIT)
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[^ -~]/g, '?')
    .trim()

function parse(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

function objectIn(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
}

function memberOf(value: unknown, name: string): string {
  const member = objectIn(value, name)
  return typeof member === 'string' ? member : ''
}

/** Seconds, or a date, which only a clock could tell: then as if nothing was said. */
function readWait(retryAfter: string | undefined, otherwise: number): number {
  const seconds = /^\s*(\d{1,9})\s*$/.exec(retryAfter ?? '')?.[1]
  return seconds === undefined ? otherwise : Math.min(LONGEST_WAIT, Math.max(1000, Number(seconds) * 1000))
}
