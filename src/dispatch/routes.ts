// Which ways out a recipient has: the first route whose conditions all hold. A recipient that no route fits has none and waits, since
// mail must not be lost, nor leave by a way that nobody chose. It knows nothing of how a way works, or whether it works now.

import { domainOf } from '../resources/mail-address.ts'
import type { Transport } from '../transport/transport.ts'
import type { Routes } from './delivery-ports.ts'

/** A condition that is not given holds for everything. Domains in canonical form; one with a leading dot is all those below it. */
export type RouteSettings = {
  readonly senderDomains?: readonly string[] | undefined
  readonly applications?: readonly string[] | undefined
  readonly recipientDomains?: readonly string[] | undefined
  /** Names of transports, the preferred one first. */
  readonly via: readonly string[]
}

type Condition = (value: string) => boolean

type Route = {
  readonly sender: Condition
  readonly application: Condition
  readonly recipient: Condition
  readonly transports: readonly Transport[]
}

const NOWHERE: readonly Transport[] = []

/** Throws when a route names a transport that is not there. */
export function createRoutes(settings: readonly RouteSettings[], transports: readonly Transport[]): Routes {
  const byName = new Map(transports.map((transport) => [transport.name, transport]))
  const routes = settings.map((route) => readRoute(route, byName))
  return {
    selectRoute({ reversePath, fromField, applicationId }, forwardPath) {
      // A report goes the way of its author's mail.
      const [sender, recipient] = [domainOf(reversePath || addressIn(fromField)), domainOf(forwardPath)]
      const route = routes.find(
        (route) => route.sender(sender) && route.application(applicationId) && route.recipient(recipient),
      )
      return route?.transports ?? NOWHERE
    },
  }
}

/** `fromField` is of our own making where it counts. */
const addressIn = (fromField: string): string => /<([^<>]+)>$/.exec(fromField)?.[1] ?? fromField

function readRoute(settings: RouteSettings, byName: ReadonlyMap<string, Transport>): Route {
  const applications = settings.applications && new Set(settings.applications.map((id) => id.toLowerCase()))
  return {
    sender: domainCondition(settings.senderDomains),
    application: (id) => applications?.has(id.toLowerCase()) ?? true,
    recipient: domainCondition(settings.recipientDomains),
    transports: settings.via.map((name) => {
      const transport = byName.get(name)
      if (transport === undefined) throw new Error(`a route names the transport ${name}, which is not there`)
      return transport
    }),
  }
}

function domainCondition(patterns: readonly string[] | undefined): Condition {
  if (patterns === undefined) return () => true
  const names = new Set(patterns)
  // `a.b.c` is itself, and below `.b.c` and `.c`.
  return (domain) => {
    if (names.has(domain)) return true
    for (let dot = domain.indexOf('.'); dot >= 0; dot = domain.indexOf('.', dot + 1))
      if (names.has(domain.slice(dot))) return true
    return false
  }
}
