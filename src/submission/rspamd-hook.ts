// Asks rspamd, or whatever speaks its HTTP protocol: the message is the body of one request, the envelope stands in its header, and the
// answer is one JSON object, of which an action is taken and nothing else obeyed. The body streams from the content store; connections
// are few and kept alive; an outage is paid for by the first message and a probe now and then, not by each.
// https://docs.rspamd.com/developers/protocol
//
// Open: `add header`, `rewrite subject` and `milter.add_headers` accept the message as it is. It is sealed by then; a header of another
// author would mean writing it a second time.

import { Readable } from 'node:stream'
import { Agent, request } from 'undici'
import * as z from 'zod'
import type { Clock } from '../config/clock.ts'
import type { CheckedMessage, ContentHook, HookFinding } from './content-hook.ts'

/** Times in milliseconds. */
export type RspamdSettings = {
  readonly url: string
  readonly password?: string
  readonly timeout: number
  readonly onFailure: 'accept' | 'refuse'
  /** Our host name. */
  readonly hostname: string
}

export type RspamdSurroundings = {
  readonly clock: Clock
  /** For metrics and the log. */
  readonly onFinding: (finding: HookFinding) => void
}

const CONNECTIONS = 16
const ANSWER_LIMIT = 64 * 1024
const HEADER_LIMIT = 16 * 1024
const KEEP_ALIVE = 30_000
const PIECE = 64 * 1024
const TEXT_LIMIT = 200

/** How long it is left alone after a failure, doubling. Short: mail may pass unchecked meanwhile. */
const FIRST_PAUSE = 1000
const LONGEST_PAUSE = 30_000

const answerSchema = z.object({
  action: z.string(),
  score: z.number().optional().catch(undefined),
  required_score: z.number().optional().catch(undefined),
  messages: z
    .object({ smtp_message: z.string().optional().catch(undefined) })
    .optional()
    .catch(undefined),
})

const FINDINGS: ReadonlyMap<string, HookFinding['type']> = new Map([
  ['no action', 'accepted'],
  ['add header', 'accepted'],
  ['rewrite subject', 'accepted'],
  ['greylist', 'deferred'],
  ['soft reject', 'deferred'],
  ['reject', 'refused'],
] as const)

/** `lost`: no answer at all, which another connection may give; `out`: it is in trouble. Otherwise it answered, if only nonsense. */
type Attempt = { readonly finding: HookFinding; readonly trouble?: 'lost' | 'out' }

export function createRspamdHook(settings: RspamdSettings, { clock, onFinding }: RspamdSurroundings): ContentHook {
  const agent = new Agent({
    allowH2: false,
    bodyTimeout: settings.timeout,
    connect: { timeout: settings.timeout },
    connections: CONNECTIONS,
    headersTimeout: settings.timeout,
    keepAliveTimeout: KEEP_ALIVE,
    maxHeaderSize: HEADER_LIMIT,
    maxResponseSize: ANSWER_LIMIT,
    pipelining: 1,
  })
  const outage = createOutage(clock)

  async function askInTime(message: CheckedMessage): Promise<Attempt> {
    const overdue = new AbortController()
    const cancel = clock.after(settings.timeout, () => overdue.abort())
    try {
      const first = await ask(agent, settings, message, overdue.signal)
      // A kept connection may have been closed just now; asking twice changes nothing there.
      return first.trouble === 'lost' ? await ask(agent, settings, message, overdue.signal) : first
    } finally {
      cancel()
    }
  }

  async function find(message: CheckedMessage): Promise<HookFinding> {
    const entrance = outage.enter()
    if (entrance === undefined) return unavailable('it failed a moment ago and is left alone')
    const { finding, trouble } = await askInTime(message)
    entrance(trouble === undefined)
    return finding
  }

  return {
    onFailure: settings.onFailure,
    async check(message) {
      const finding = await find(message)
      onFinding(finding)
      return finding
    },
    close: () => agent.destroy(),
  }
}

/** Whether to ask now; afterwards one message at a time finds out whether it is over. To be told what came of it. */
function createOutage(clock: Pick<Clock, 'now'>): { enter(): ((answered: boolean) => void) | undefined } {
  let pause = 0
  let until = 0
  let probing = false
  return {
    enter() {
      if (clock.now() < until || probing) return undefined
      const probe = pause > 0
      probing = probe
      return (answered) => {
        if (probe) probing = false
        if (answered) {
          pause = 0
          until = 0
        } else if (clock.now() >= until) {
          pause = Math.min(pause === 0 ? FIRST_PAUSE : pause * 2, LONGEST_PAUSE)
          until = clock.now() + pause
        }
      }
    },
  }
}

async function ask(
  dispatcher: Agent,
  settings: RspamdSettings,
  message: CheckedMessage,
  signal: AbortSignal,
): Promise<Attempt> {
  let isUnreadable = false
  const octets = noticeFailure(message.open(), () => {
    isUnreadable = true
  })
  const body = Readable.from(octets, { objectMode: false, highWaterMark: PIECE })
  try {
    const response = await request(settings.url, {
      dispatcher,
      method: 'POST',
      headers: composeHeaders(settings, message),
      body,
      signal,
    })
    const answer = Buffer.from(await response.body.arrayBuffer())
    if (response.statusCode === 200) return { finding: readAnswer(answer) }
    const finding = unavailable(`it answers ${response.statusCode}`)
    return response.statusCode >= 500 ? { finding, trouble: 'out' } : { finding }
  } catch (error) {
    if (isUnreadable) return { finding: unavailable('the message could not be read from the store') }
    if (signal.aborted) return { finding: unavailable('it did not answer in time'), trouble: 'out' }
    return describeFailure(error)
  } finally {
    body.destroy()
  }
}

/** A store that fails is no trouble of the check. */
async function* noticeFailure(octets: AsyncIterable<Uint8Array>, onFailure: () => void): AsyncGenerator<Uint8Array> {
  try {
    yield* octets
  } catch (error) {
    onFailure()
    throw error
  }
}

function composeHeaders(settings: RspamdSettings, message: CheckedMessage): string[] {
  const { client, recipients } = message
  const [only] = recipients.length === 1 ? recipients : []
  const fields: [string, string][] = [
    ['Accept', 'application/json'],
    ['Content-Length', String(message.size)],
    ['MTA-Tag', 'postern'],
    ['MTA-Name', settings.hostname],
    ['Queue-Id', message.queueId],
    ['From', message.reversePath],
    ...recipients.map((recipient): [string, string] => ['Rcpt', recipient]),
    ...(only === undefined ? [] : ([['Deliver-To', only]] satisfies [string, string][])),
    ['IP', client.address],
    ['Helo', client.name],
    ['User', message.username],
    ...(settings.password === undefined ? [] : ([['Password', settings.password]] satisfies [string, string][])),
  ]
  return fields.flatMap(([name, value]) => [name, toFieldValue(value)])
}

/** UTF-8 octets, as the protocol has them; without what would end the line. */
const toFieldValue = (text: string): string => Buffer.from(text.replaceAll(/\p{Cc}/gu, '?'), 'utf8').toString('latin1')

function readAnswer(octets: Buffer): HookFinding {
  const answer = answerSchema.safeParse(parseJson(octets))
  if (!answer.success) return unavailable('its answer cannot be understood')
  const { action, score, required_score: required, messages } = answer.data
  const type = FINDINGS.get(action)
  if (type === undefined) return unavailable(`it says "${printable(action)}", which is not known here`)
  const points = score === undefined ? '' : ` (${score}${required === undefined ? '' : ` of ${required}`})`
  const words = messages?.smtp_message === undefined ? '' : `: ${printable(messages.smtp_message)}`
  return { type, detail: `it says "${action}"${points}${words}` }
}

function parseJson(octets: Buffer): unknown {
  try {
    return JSON.parse(octets.toString('utf8'))
  } catch {
    return undefined
  }
}

const printable = (text: string): string => text.slice(0, TEXT_LIMIT).replaceAll(/[^ -~]/g, '?')

const unavailable = (detail: string): HookFinding => ({ type: 'unavailable', detail })

const LOSSES = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'])

/** By its code: messages of a parser may quote the answer. */
function describeFailure(error: unknown): Attempt {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') return { finding: unavailable('its answer is too large') }
  if (code?.startsWith('HPE_') === true) return { finding: unavailable('its answer is no HTTP') }
  const finding = unavailable(`the connection failed${code === undefined ? '' : ` (${printable(code)})`}`)
  return { finding, trouble: LOSSES.has(code ?? '') ? 'lost' : 'out' }
}
