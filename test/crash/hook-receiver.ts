// A receiver of events with its moods: now and then it fails, for a while it is not there, and some recipients it wants to hear nothing
// of until it is told otherwise. It checks the signature of all that comes, and keeps a book of it.

import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as after } from 'node:timers/promises'

export type Told = {
  /** `webhook-id` */
  readonly id: string
  readonly body: string
  /** Of the message and the recipient that it is about. */
  readonly about: string
  readonly outcome: 'taken' | 'failed' | 'unwanted'
}

export type HookReceiver = {
  readonly url: string
  readonly told: readonly Told[]
  /** Requests with a signature that is not right, and events that came while the same one was under way. */
  readonly faults: readonly string[]
  /** What `webhook-signature` is checked with from now on. */
  secret: string
  isTaken(about: string): boolean
  isUnwanted(about: string): boolean
  /** Everything is taken from now on. */
  wantAll(): void
  /** Refuses connections for so many milliseconds. */
  beAway(time: number): Promise<void>
  close(): Promise<void>
}

type Event = {
  readonly id: string
  readonly eventType: string
  readonly data: { readonly validationCode?: string; readonly messageId?: string; readonly recipient?: string }
}

export const aboutOf = (messageId: string, recipient: string): string => `${messageId} ${recipient}`

const LONGEST_THOUGHT = 30

export async function openHookReceiver(
  random: (below: number) => number,
  isWanted: (recipient: string) => boolean,
): Promise<HookReceiver> {
  const [told, faults, underWay] = [[] as Told[], [] as string[], new Set<string>()]
  const seen = { taken: new Set<string>(), unwanted: new Set<string>(), failed: new Set<string>() }
  let wantsAll = false
  let port = 0

  function judge({ messageId = '', recipient = '' }: Event['data']): Told['outcome'] {
    const about = aboutOf(messageId, recipient)
    const outcome = wantsAll || isWanted(recipient) ? 'taken' : 'unwanted'
    // No event fails twice, which would make it wait for long.
    const fails = outcome === 'taken' && !seen.failed.has(about) && random(25) === 0
    seen[fails ? 'failed' : outcome].add(about)
    return fails ? 'failed' : outcome
  }

  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await textOf(request)
    const [event] = JSON.parse(body) as [Event]
    const { validationCode, messageId = '', recipient = '' } = event.data
    if (validationCode !== undefined) {
      response.end(JSON.stringify({ validationResponse: validationCode }))
      return
    }
    const id = String(request.headers['webhook-id'])
    if (!isSigned(request, body, receiver.secret)) faults.push(`${id} is not signed`)
    if (id !== event.id) faults.push(`${id} holds the event ${event.id}`)
    if (underWay.has(id)) faults.push(`${id} came while it was under way`)
    underWay.add(id)
    response.on('close', () => underWay.delete(id))
    await after(random(LONGEST_THOUGHT))
    const outcome = judge(event.data)
    const about = aboutOf(messageId, recipient)
    if (outcome === 'unwanted') seen.unwanted.add(about)
    told.push({ id, body, about, outcome })
    response.writeHead({ taken: 200, failed: 503, unwanted: 404 }[outcome]).end()
  }

  const open = () => {
    const server = createServer((request, response) => {
      // A sender that is killed leaves half a request.
      take(request, response).catch(() => response.destroy())
    })
    return server.listen(port, '127.0.0.1')
  }
  let server = open()
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port

  async function shut(): Promise<void> {
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }

  const receiver: HookReceiver = {
    url: `http://127.0.0.1:${port}/hook`,
    told,
    faults,
    secret: '',
    isTaken: (about) => seen.taken.has(about),
    isUnwanted: (about) => seen.unwanted.has(about),
    wantAll() {
      wantsAll = true
    },
    async beAway(time) {
      await shut()
      await after(time)
      server = open()
      await once(server, 'listening')
    },
    close: shut,
  }
  return receiver
}

async function textOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = []
  for await (const piece of request as AsyncIterable<Buffer>) pieces.push(piece)
  return Buffer.concat(pieces).toString()
}

/** Standard Webhooks 1.0. */
function isSigned({ headers }: IncomingMessage, body: string, secret: string): boolean {
  const text = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`
  const code = createHmac('sha256', Buffer.from(secret.replace('whsec_', ''), 'base64'))
    .update(text)
    .digest('base64')
  return headers['webhook-signature'] === `v1,${code}`
}
