// Whether an address may stand as the sender: its domain verified and linked to the resource, its local part a sender username of
// that domain. One rule for the reverse-path at MAIL and for every author after data. Azure: MailFrom addresses of linked domains.

import { canonicalDomain } from '../resources/domain-name.ts'
import type { Mailbox } from '../smtp/events.ts'
import { type Reply, replies } from '../smtp/reply.ts'
import type { AskedFault } from '../storage/faults.ts'
import type { ResourceReader } from '../storage/storage.ts'
import type { TraceStep } from './decision-trace.ts'
import { faultOf, faultStep } from './faults.ts'
import type { DefaultAuthor } from './receive-content.ts'
import type { KnownSender, Verdict } from './verdict.ts'

export type SenderDecision =
  /** `domain` in canonical form. */
  | { readonly type: 'allowed'; readonly domain: string }
  | {
      readonly type: 'refused'
      readonly reason: 'sender-null' | 'sender-domain-not-linked' | 'sender-domain-not-verified' | 'sender-not-allowed'
      readonly reply: Reply
      readonly step: TraceStep
      readonly suggestion: string
      readonly fault?: AskedFault
    }
type RefusedSender = SenderDecision & { readonly type: 'refused' }

/** Distinct addresses remembered for one verdict; devices use one. */
const REMEMBERED_SENDERS = 64

/** `reversePath` is what was decided about: the given one, or the default of the username in its place. */
export type ReversePathDecision =
  | (SenderDecision & { readonly type: 'allowed'; readonly reversePath: Mailbox })
  | (SenderDecision & { readonly type: 'refused'; readonly reversePath: Mailbox | undefined })

/** Where the given one may not stand, the default of the SMTP username does, if it may. */
export async function authorizeReversePath(
  resources: ResourceReader,
  verdict: Verdict,
  reversePath: Mailbox | undefined,
): Promise<ReversePathDecision> {
  const given = await authorizeGiven(resources, verdict, reversePath)
  if (given.type === 'allowed' || verdict.defaultFrom === undefined) return given
  const { defaultFrom } = verdict
  const decision = await authorizeSender(resources, verdict, defaultFrom, 'defaultFrom of the SMTP username')
  return { ...decision, reversePath: defaultFrom }
}

async function authorizeGiven(
  resources: ResourceReader,
  verdict: Verdict,
  reversePath: Mailbox | undefined,
): Promise<ReversePathDecision> {
  if (reversePath !== undefined)
    return { ...(await authorizeSender(resources, verdict, reversePath, 'reverse-path')), reversePath }
  // Deviates: RFC 6409 §6.1 leaves it open. Nobody owns <>, so the check of ownership cannot pass.
  return {
    reversePath,
    type: 'refused',
    reason: 'sender-null',
    reply: replies.nullReversePath,
    step: { step: 'sender', passed: false, detail: 'the null reverse-path <> belongs to nobody' },
    suggestion: 'Give the device one of the sender addresses of the communication service.',
  }
}

/** `role` names the address in the trace: `reverse-path`, `From`, `Sender`. */
export async function authorizeSender(
  resources: ResourceReader,
  verdict: Verdict,
  address: Mailbox,
  role: string,
): Promise<SenderDecision> {
  const { domain, standing } = await standingOf(resources, verdict, address)
  if (standing === undefined || standing.domain === 'not linked')
    return notLinked(domain, role, standing?.linkedDomains ?? [])
  if (standing.domain === 'not verified') return notVerified(domain, role)
  const fault = faultOf(verdict.faults, 'unverified-domain')
  if (fault !== undefined) return onRequest(notVerified(domain, role), fault)
  return standing.isSenderUsername ? { type: 'allowed', domain } : notASender(domain, role)
}

/** What takes the place of authors that may not stand, where the username has that. */
export function defaultAuthor(resources: ResourceReader, verdict: Verdict): { readonly defaultAuthor?: DefaultAuthor } {
  const { defaultFrom } = verdict
  if (defaultFrom === undefined) return {}
  const mayStand = async (authors: readonly Mailbox[]) => {
    for (const author of authors)
      if ((await authorizeSender(resources, verdict, author, 'From')).type === 'refused') return false
    return true
  }
  return { defaultAuthor: { address: defaultFrom, mayStand } }
}

/** Remembered by the address as it was written, so that a device that always sends as the same costs one lookup per epoch. */
async function standingOf(resources: ResourceReader, verdict: Verdict, address: Mailbox): Promise<KnownSender> {
  const written = `${address.localPart}@${address.domain}`
  const known = verdict.senders.get(written)
  if (known !== undefined) return known
  const domain = canonicalDomain(address.domain)
  if (domain === undefined) return { domain: address.domain, standing: undefined }
  const standing = await resources.readSenderStanding(verdict.service.id, address.localPart, domain)
  const sender = { domain, standing }
  if (verdict.senders.size < REMEMBERED_SENDERS) verdict.senders.set(written, sender)
  return sender
}

function notLinked(domain: string, role: string, linked: readonly string[]): SenderDecision {
  const those = linked.length === 0 ? 'no domain is' : `these are: ${linked.join(', ')}`
  return {
    type: 'refused',
    reason: 'sender-domain-not-linked',
    reply: replies.senderDomainNotLinked(domain),
    step: {
      step: 'sender',
      passed: false,
      detail: `the domain of the ${role}, ${domain}, is not linked to the resource; ${those}`,
    },
    suggestion: `Connect the domain ${domain} to the communication service, or send from a connected domain.`,
  }
}

function notVerified(domain: string, role: string): RefusedSender {
  return {
    type: 'refused',
    reason: 'sender-domain-not-verified',
    reply: replies.senderDomainNotVerified(domain),
    step: { step: 'sender', passed: false, detail: `the domain of the ${role}, ${domain}, is linked but not verified` },
    suggestion: `Publish the verification records of ${domain} and initiate verification.`,
  }
}

const onRequest = (refused: RefusedSender, fault: AskedFault): SenderDecision => ({
  ...refused,
  step: faultStep(fault),
  fault,
})

function notASender(domain: string, role: string): SenderDecision {
  return {
    type: 'refused',
    reason: 'sender-not-allowed',
    reply: replies.senderNotAllowed(domain),
    step: {
      step: 'sender',
      passed: false,
      detail: `the local part of the ${role} is not a sender username of ${domain}`,
    },
    suggestion: `Add it to the sender usernames of ${domain}, or send from one of those; every domain has DoNotReply.`,
  }
}
