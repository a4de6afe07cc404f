// Which recipients of a message are relayed while its client waits: those whose route begins with a way out that acts on behalf of the
// session. What that one cannot carry, or cannot be reached for, is left to the next way of the route, if every recipient has one. Those
// that fare as they are called, by a fault on request, are left to the queue.

import type { AskedFault } from '../storage/faults.ts'
import type { RelayAnswer, RelayedMessage, SessionRelay } from '../transport/upstream-relay.ts'
import type { Routes } from './delivery-ports.ts'
import { outcomeOnRequest } from './recipient-faults.ts'

type Message = Omit<RelayedMessage, 'recipients' | 'token'> & {
  readonly token: RelayedMessage['token'] | undefined
  readonly fault?: AskedFault | undefined
}

export type RouteRelayOutcome =
  | { readonly type: 'to be queued' | 'relayed' }
  | { readonly type: 'refused'; readonly enhancedStatusCode: string; readonly detail: string }
  | { readonly type: 'throttled' | 'unavailable' | 'token over'; readonly detail: string }

type Group = { readonly relay: SessionRelay; readonly recipients: number[]; hasNext: boolean }

export function createRouteRelay(
  routes: Routes,
  relays: readonly SessionRelay[],
  now: () => number,
): { relay(message: Message): Promise<RouteRelayOutcome> } {
  const byName = new Map(relays.map((relay) => [relay.name, relay]))
  return {
    async relay(message) {
      let isRelayed = false
      for (const group of groupsOf(routes, byName, message)) {
        const outcome = await relayGroup(group, message, now)
        if (outcome.type !== 'relayed' && outcome.type !== 'to be queued') return outcome
        isRelayed ||= outcome.type === 'relayed'
      }
      return { type: isRelayed ? 'relayed' : 'to be queued' }
    },
  }
}

function groupsOf(
  routes: Routes,
  relays: ReadonlyMap<string, SessionRelay>,
  { envelope, fault }: Message,
): readonly Group[] {
  const groups = new Map<SessionRelay, Group>()
  for (const [index, { forwardPath }] of envelope.recipients.entries()) {
    const [first, next] = routes.selectRoute(envelope, forwardPath)
    const relay = relays.get(first?.name ?? '')
    if (relay === undefined || outcomeOnRequest(fault, { index, forwardPath }) !== undefined) continue
    const group = groups.get(relay) ?? { relay, recipients: [], hasNext: true }
    group.recipients.push(index)
    group.hasNext &&= next !== undefined
    groups.set(relay, group)
  }
  return [...groups.values()]
}

async function relayGroup(
  { relay, recipients, hasNext }: Group,
  { token, ...message }: Message,
  now: () => number,
): Promise<RouteRelayOutcome> {
  if (token === undefined)
    return hasNext
      ? { type: 'to be queued' }
      : { type: 'refused', enhancedStatusCode: '5.7.0', detail: 'the session has no token to act with' }
  if (token.endsAt <= now()) return { type: 'token over', detail: 'the token of the session is over' }
  const answer = await relay.relay({ ...message, recipients, token })
  return hasNext && isForNext(answer) ? { type: 'to be queued' } : tell(answer)
}

const isForNext = (answer: RelayAnswer): boolean =>
  answer.type === 'unfit' || (answer.type === 'unavailable' && answer.isClear)

function tell(answer: RelayAnswer): RouteRelayOutcome {
  switch (answer.type) {
    case 'accepted':
      return { type: 'relayed' }
    case 'unfit':
    case 'refused':
      return { type: 'refused', enhancedStatusCode: answer.enhancedStatusCode, detail: answer.detail }
    case 'throttled':
    case 'unavailable':
      return { type: answer.type, detail: answer.detail }
  }
}
