// Clients that send one message after the other while nodes come and go: where a node says goodbye they turn to the next one. What was
// acknowledged, and every other ending of a try, is kept.

import { setTimeout as after } from 'node:timers/promises'
import { eventually } from '../fixtures/eventually.ts'
import type { Node } from '../fixtures/shared-installation.ts'
import { SmtpDialogue } from '../fixtures/smtp-dialogue.ts'

const QUEUED = /^250 2\.0\.0 Ok: queued as (\S+)$/
const CLIENTS = 4
const MESSAGES_PER_SESSION = 20
const PATIENCE = 60_000
const BEFORE_AGAIN = 50

export class SteadyLoad {
  /** Queue ids, and who gave them. */
  readonly acknowledged: { readonly queueId: string; readonly by: Node }[] = []
  /** Replies that were no 250, and sessions that ended without one. */
  readonly refusals: string[] = []
  readonly #nodes: Node[]
  readonly #clients: readonly Promise<void>[]
  #stopping = false

  constructor(nodes: readonly Node[]) {
    this.#nodes = [...nodes]
    this.#clients = Array.from({ length: CLIENTS }, (_, client) => this.#send(client))
  }

  /** Clients find this one too from now on. */
  add(node: Node): void {
    this.#nodes.push(node)
  }

  /** Nobody new is sent there, as a load balancer does with a node that is not ready. */
  remove(node: Node): void {
    this.#nodes.splice(this.#nodes.indexOf(node), 1)
  }

  /** When so many more have been acknowledged by the node, or by any. */
  async more(count: number, by?: Node): Promise<void> {
    const acknowledged = () => this.acknowledged.filter((one) => by === undefined || one.by === by).length
    const end = acknowledged() + count
    await eventually(async () => acknowledged() >= end || undefined, `${count} more messages`, PATIENCE)
  }

  async stop(): Promise<void> {
    this.#stopping = true
    await Promise.all(this.#clients)
  }

  async #send(client: number): Promise<void> {
    for (let session = client; !this.#stopping; session += 1) {
      const node = this.#nodes[session % this.#nodes.length] as Node
      const dialogue = await this.#signIn(node)
      if (dialogue === undefined) await after(BEFORE_AGAIN)
      else await this.#sendOver(dialogue, node)
      dialogue?.destroy()
    }
  }

  /** Until the node says no, or it is time for another one. */
  async #sendOver(dialogue: SmtpDialogue, node: Node): Promise<void> {
    for (let count = 0; count < MESSAGES_PER_SESSION && !this.#stopping; count += 1)
      if (!(await this.#submit(dialogue, node))) return
  }

  async #signIn({ quickstart, ca }: Node): Promise<SmtpDialogue | undefined> {
    try {
      const dialogue = await SmtpDialogue.openSecure(quickstart.smtp.port, ca)
      const reply = await dialogue.authenticate(quickstart.usernames.dot, quickstart.application.clientSecret)
      if (reply.startsWith('235')) return dialogue
      this.refusals.push(reply)
    } catch (error) {
      this.refusals.push((error as Error).message)
    }
    return undefined
  }

  async #submit(dialogue: SmtpDialogue, by: Node): Promise<boolean> {
    const { senderAddress } = by.quickstart
    const reply = await dialogue.submit(
      senderAddress,
      ['reader@example.test'],
      [`From: ${senderAddress}`, '', 'Hello.'],
    )
    const queueId = QUEUED.exec(reply)?.[1]
    if (queueId === undefined) this.refusals.push(reply)
    else this.acknowledged.push({ queueId, by })
    return queueId !== undefined
  }
}
