// Reads the capture inbox of a service in another process, over its API.

import { Agent, request } from 'node:https'
import type { Captured } from '../fixtures/quickstart-service.ts'
import type { RunningService } from './service-process.ts'

export class CaptureInbox {
  readonly #service: RunningService
  readonly #agent: Agent
  #token = ''

  private constructor(service: RunningService) {
    this.#service = service
    this.#agent = new Agent({ ca: service.ca, keepAlive: true, maxSockets: 4 })
  }

  /** With the administrator's token. */
  static async open(service: RunningService): Promise<CaptureInbox> {
    const inbox = new CaptureInbox(service)
    const { tenantId, administrator, endpoint } = service.quickstart
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: administrator.applicationId,
      client_secret: administrator.clientSecret,
      scope: `${endpoint}.default`,
    })
    const answer = await inbox.#ask('POST', new URL(`${tenantId}/oauth2/v2.0/token`, endpoint), form.toString())
    inbox.#token = (JSON.parse(answer.toString()) as { access_token: string }).access_token
    return inbox
  }

  /** Everything, through every page. */
  async list(): Promise<readonly Captured[]> {
    const all: Captured[] = []
    let next: string | undefined = new URL('capture/messages?limit=1000', this.#service.quickstart.endpoint).href
    while (next !== undefined) {
      const page = JSON.parse((await this.#ask('GET', new URL(next))).toString()) as Page
      all.push(...page.value)
      next = page.nextLink
    }
    return all
  }

  /** The octets as they would have gone out. */
  read(id: string): Promise<Buffer> {
    return this.#ask('GET', new URL(`capture/messages/${id}/raw`, this.#service.quickstart.endpoint))
  }

  close(): void {
    this.#agent.destroy()
  }

  #ask(method: string, url: URL, form?: string): Promise<Buffer> {
    const headers = {
      ...(this.#token === '' ? {} : { authorization: `Bearer ${this.#token}` }),
      ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
    }
    return new Promise((resolve, reject) => {
      const outgoing = request(url, { method, agent: this.#agent, headers }, (incoming) => {
        const pieces: Buffer[] = []
        incoming.on('data', (piece: Buffer) => pieces.push(piece))
        incoming.on('error', reject)
        incoming.on('end', () => {
          const octets = Buffer.concat(pieces)
          if (incoming.statusCode === 200) resolve(octets)
          else reject(new Error(`${url.pathname}: ${incoming.statusCode} ${octets.toString()}`))
        })
      })
      outgoing.on('error', reject)
      outgoing.end(form)
    })
  }
}

type Page = { readonly value: readonly Captured[]; readonly nextLink?: string }

/** What follows the header: the part of a message that the service passes on as it is. */
export function bodyOf(octets: Buffer): Buffer {
  return octets.subarray(octets.indexOf('\r\n\r\n') + 4)
}
