// The port to an upstream: an HTTP service that takes whole messages, each under an id of ours by which it tells copies apart. What a
// request looks like is the business of who composes it, what an answer means that of the adapter; here is what can come of either.
// It assumes no particular service.

import type { SpooledEnvelope } from '../spool/spool.ts'

export type UpstreamAnswer =
  /** The upstream has the message. `done`: it is on its way out; `running`: what becomes of it can be asked by `resume`. */
  | {
      readonly type: 'accepted'
      readonly state: 'done' | 'running'
      readonly resume: string
      readonly askAgainIn: number
    }
  /** It had it and gave it up. */
  | { readonly type: 'dropped'; readonly enhancedStatusCode: string; readonly detail: string }
  /** It does not want this message. */
  | { readonly type: 'refused'; readonly enhancedStatusCode: string; readonly detail: string }
  /** It wants nothing from us for so many milliseconds. */
  | { readonly type: 'throttled'; readonly wait: number; readonly detail: string }
  | { readonly type: 'unauthorized'; readonly detail: string }
  /** It was never asked. */
  | { readonly type: 'unreachable'; readonly detail: string }
  /** It was asked, and may have the message or not. */
  | { readonly type: 'unclear'; readonly detail: string }

/** Every `detail` is for an operator: printable ASCII, at most 500 characters. */
export interface Upstream<Request> {
  /** What it is called. */
  readonly host: string
  /** Rejects only for bugs. The same id with the same request changes nothing at the upstream. */
  send(operationId: string, request: Request, signal: AbortSignal): Promise<UpstreamAnswer>
  /** What became of an accepted message. */
  ask(resume: string, signal: AbortSignal): Promise<UpstreamAnswer>
  close(): Promise<void>
}

/** Why a message cannot be a request. `detail` names fields and types, and quotes nothing of the message. */
export type Unfit = { readonly type: 'unfit'; readonly enhancedStatusCode: string; readonly detail: string }

/** How messages become requests of one kind of upstream. */
export type RequestForm<Draft, Request> = {
  /** Recipients of one request. */
  readonly recipients: number
  /** Octets of a message beyond which none is looked at. */
  readonly size: number
  /** What the envelope alone rules out. */
  findUnfit(envelope: Pick<SpooledEnvelope, 'parameters' | 'recipients'>, size: number): Unfit | undefined
  /** The same octets give the same draft. */
  draft(
    octets: Uint8Array,
    envelope: Pick<SpooledEnvelope, 'parameters' | 'recipients'>,
  ): Promise<{ readonly type: 'drafted'; readonly draft: Draft } | Unfit>
  /** The request for some recipients of the envelope. */
  address(
    draft: Draft,
    forwardPaths: readonly string[],
  ): { readonly type: 'request'; readonly request: Request } | Unfit
}
