// A login as it would go, without its secret: the same walk as at AUTH and MAIL, with every secret of the application taken as the one
// that is presented. For whoever sets up a device and has not tried yet, or has and does not see why. It has no rules of its own.

import type { AccessTrace, DecisionTrace, Suggestion, TraceStep } from './decision-trace.ts'
import { judgeAccount, judgeCredentials } from '../identity/account-standing.ts'
import { limitName } from '../quota/quota.ts'
import { canonicalDomain } from '../resources/domain-name.ts'
import type { ResourceReader } from '../storage/storage.ts'
import type { Mailbox } from '../smtp/events.ts'
import { formatMailbox } from '../smtp/format-mailbox.ts'
import { advise, type AdvisedTrace } from './advise.ts'
import { authorizeSender } from './authorize-sender.ts'
import { unverifiedChecks } from './advise-on-sender.ts'
import { readLinkedDomains, readSenderAddresses } from './connected-domains.ts'
import { clearFault, foretell, noteFaults } from './faults.ts'
import { judgeQuota } from './judge-quota.ts'
import { resolveLogin, type ResolvedLogin } from './login.ts'
import { suggestForQuota, suggestForSender } from './transaction-suggestions.ts'
import { suggestFor } from './suggestions.ts'
import { type Basis, evaluate, type LoginWalk, type Proof, type Refusal, traceAccess, type Verdict } from './verdict.ts'

export type LoginQuestion = {
  /** The tenant of whoever asks: nothing of another one is told, whatever tenant the username claims. */
  readonly tenantId: string
  readonly username: string
  /** Who the mail shall be from. */
  readonly sender?: Mailbox
  /** The provider that proves the logins of the tenant, where that is somewhere else. */
  readonly remoteProvider?: string
  /** Milliseconds since the epoch. */
  readonly at: number
  /** How long a door waits for the token service, in milliseconds. */
  readonly patience?: number
}

export type Diagnosis = {
  /** `not seen`: whether it may send shows only in a login, since the provider knows the principal and its secret. */
  readonly outcome: 'may send' | 'refused' | 'unavailable' | 'not seen'
  /** As in a decision trace, or the outcome. */
  readonly reason: string
  readonly steps: readonly TraceStep[]
  readonly access?: AccessTrace
  /** What the username names, as far as it does. */
  readonly login?: { readonly resourceId: string; readonly applicationId: string; readonly tenantId: string }
  /** When the first secret that stands ends; only of who may send. */
  readonly secretEndsAt?: number
  /** Addresses that may stand as the sender. */
  readonly senderAddresses: readonly string[]
  readonly suggestions: readonly Suggestion[]
}

/** Resources of other tenants do not exist for whoever asks about a login. */
export function withinTenant(resources: ResourceReader, tenantId: string): ResourceReader {
  const own = <T extends { readonly tenantId: string }>(one: T | undefined) =>
    one?.tenantId === tenantId ? one : undefined
  return {
    ...boundReader(resources),
    findCommunicationService: async (name) => own(await resources.findCommunicationService(name)),
    findSmtpUsername: async (username) => {
      const alias = await resources.findSmtpUsername(username)
      return own(alias?.service) === undefined ? undefined : alias
    },
  }
}

function boundReader(resources: ResourceReader): ResourceReader {
  return {
    findCommunicationService: (name) => resources.findCommunicationService(name),
    findSmtpUsername: (username) => resources.findSmtpUsername(username),
    readSenderStanding: (serviceId, localPart, domain) => resources.readSenderStanding(serviceId, localPart, domain),
    findConnectedDomain: (serviceId, domain) => resources.findConnectedDomain(serviceId, domain),
    readResource: (id) => resources.readResource(id),
    listResources: (query) => resources.listResources(query),
    readSubscription: (id) => resources.readSubscription(id),
    listSubscriptions: (tenantId) => resources.listSubscriptions(tenantId),
  }
}

/** `walk` reads within the tenant of whoever asks. */
export async function diagnoseLogin(walk: LoginWalk, question: LoginQuestion): Promise<Diagnosis> {
  const { remoteProvider } = question
  if (remoteProvider !== undefined) {
    const login = await resolveLogin(walk.resources, question.username)
    if (login.reason === undefined) return describeRemote(login, remoteProvider)
  }
  const evaluation = await evaluate(walk, question.username, anySecret(walk, question))
  if (evaluation.type !== 'granted') return describeRefusal(walk, evaluation, question.tenantId)
  const { verdict, basis } = evaluation
  return describeGrant(walk, verdict, basis ?? missingBasis(), question)
}

function describeRemote(login: ResolvedLogin, provider: string): Diagnosis {
  const detail = `${provider} proves it: only signing in with the password shows the rest`
  return {
    outcome: 'not seen',
    reason: 'not seen',
    steps: [...login.steps, { step: 'credential', passed: true, detail }],
    ...(login.service && { login: idsOf(login.service.id, login) }),
    senderAddresses: [],
    suggestions: [],
  }
}

const missingBasis = (): never => {
  throw new Error('a grant of the whole walk tells what it was seen from')
}

const anySecret =
  ({ directory, findFaults }: LoginWalk, { at, patience = Infinity }: LoginQuestion): Proof =>
  async (account) => {
    const record = await directory.readLogin(account.tenantId, account.applicationId)
    const standing = judgeAccount(record, account)
    const outcome =
      standing.type === 'rejected' ? standing : judgeCredentials(standing.principal, record?.secrets ?? [], at)
    return foretell((await findFaults?.(account)) ?? [], patience, outcome)
  }

async function describeRefusal(walk: LoginWalk, refusal: Refusal, tenantId: string): Promise<Diagnosis> {
  const { reason, login, access, steps, tooNew, fault } = refusal
  const suggestions = suggestFor(refusal)
  const trace: AdvisedTrace = { reason, suggestions, ...identify(login), ...(access && { access }) }
  const walked = steps.filter(({ step }) => step !== 'access')
  // What is granted, and not seen for a while, is told in one step.
  const isKnown = tooNew !== undefined || fault !== undefined
  const isOwn = refusal.type === 'rejected' && trace.tenantId === tenantId
  return {
    outcome: refusal.type === 'unavailable' ? 'unavailable' : 'refused',
    reason,
    steps: isKnown || access === undefined ? steps : [...walked, ...accessSteps(access)],
    ...(access && { access }),
    ...(login?.service && { login: idsOf(login.service.id, login) }),
    senderAddresses: [],
    suggestions: isOwn ? await advise(walk, trace) : suggestions,
  }
}

function identify(login: ResolvedLogin | undefined): Partial<DecisionTrace> {
  if (login === undefined) return {}
  const { service, tenantId, applicationId, shownUsername } = login
  return {
    username: shownUsername,
    applicationId,
    tenantId: service?.tenantId ?? tenantId,
    ...(service && { resourceId: service.id }),
  }
}

const idsOf = (resourceId: string, { applicationId, tenantId }: { applicationId: string; tenantId: string }) => ({
  resourceId,
  applicationId,
  tenantId,
})

/** One step for each action that is asked for. */
function accessSteps({
  scope,
  requiredActions,
  missingActions,
  deniedBy,
  dataAction,
}: AccessTrace): readonly TraceStep[] {
  const steps = requiredActions.map((action): TraceStep => {
    const passed = !missingActions.includes(action)
    return { step: 'access', passed, detail: passed ? `${action} on ${scope}` : `${action} is missing on ${scope}` }
  })
  if (deniedBy === undefined) return steps
  const detail = `the deny assignment ${deniedBy} overrides every role on ${scope}, for ${dataAction} too`
  return [...steps, { step: 'access', passed: false, detail }]
}

async function describeGrant(
  walk: LoginWalk,
  verdict: Verdict,
  { steps, decision }: Basis,
  { sender, at }: LoginQuestion,
): Promise<Diagnosis> {
  const access = traceAccess(decision, verdict.service.id)
  const granted: readonly TraceStep[] =
    decision.via === 'dataAction'
      ? [{ step: 'access', passed: true, detail: `the data action ${decision.dataAction} on ${verdict.service.id}` }]
      : accessSteps(access)
  const senderAddresses = await readSenders(walk, verdict)
  const { principal, notAfter: secretEndsAt } = verdict.credential
  const login = idsOf(verdict.service.id, principal)
  const soFar = { steps: [...steps, ...granted], access, login, secretEndsAt, senderAddresses }
  return judgeSender(walk, verdict, sender ?? anySender(senderAddresses), soFar, at)
}

async function readSenders({ resources }: LoginWalk, { service }: Verdict): Promise<readonly string[]> {
  const resource = await resources.readResource(service.id)
  const linked = resource === undefined ? [] : await readLinkedDomains(resources, resource)
  const connected = linked.filter(({ verified }) => verified)
  const senders = await Promise.all(connected.map((one) => readSenderAddresses(resources, service.tenantId, one)))
  return senders.flat()
}

/** Where nobody says who the mail shall be from: that there is a sender at all. */
function anySender([first]: readonly string[]): Mailbox {
  const at = first?.lastIndexOf('@') ?? -1
  if (first === undefined || at < 0) return { localPart: 'DoNotReply', domain: 'no-domain-is-connected.invalid' }
  return { localPart: first.slice(0, at), domain: first.slice(at + 1) }
}

async function judgeSender(
  walk: LoginWalk,
  verdict: Verdict,
  address: Mailbox,
  soFar: Omit<Diagnosis, 'outcome' | 'reason' | 'suggestions'>,
  at: number,
): Promise<Diagnosis> {
  const decision = await authorizeSender(walk.resources, verdict, address, 'sender')
  const sender = formatMailbox(address)
  if (decision.type === 'allowed') {
    const step: TraceStep = { step: 'sender', passed: true, detail: `${sender} may be used` }
    const quota = await judgeQuota(walk, verdict, decision.domain, at)
    const steps = [...soFar.steps, step, ...(quota === undefined ? [] : [quota.step])]
    if (quota?.over === undefined) {
      const noted = [...steps, ...noteFaults(verdict.faults)]
      return { ...soFar, outcome: 'may send', reason: 'may send', steps: noted, suggestions: [] }
    }
    const { limit, fault } = quota.over
    const suggestions = fault === undefined ? suggestForQuota(quota.over) : [clearFault(fault)]
    return { ...soFar, outcome: 'refused', reason: `quota-${limitName(limit)}`, steps, suggestions }
  }
  const { reason } = decision
  const { service, username, credential } = verdict
  const suggestions = await advise(walk, {
    reason,
    username,
    sender,
    tenantId: credential.principal.tenantId,
    resourceId: service.id,
    steps: [decision.step],
    suggestions: decision.fault ? [clearFault(decision.fault)] : suggestForSender(decision.suggestion, verdict),
  })
  const records = reason === 'sender-domain-not-verified' ? await missingRecords(walk, verdict, address.domain) : []
  return { ...soFar, outcome: 'refused', reason, steps: [...soFar.steps, decision.step, ...records], suggestions }
}

/** What the owner of a domain has still to publish. */
async function missingRecords(
  { resources }: LoginWalk,
  { service }: Verdict,
  name: string,
): Promise<readonly TraceStep[]> {
  const resource = await resources.readResource(service.id)
  const linked = resource === undefined ? [] : await readLinkedDomains(resources, resource)
  const domain = linked.find((one) => one.name === canonicalDomain(name))
  if (domain === undefined) return []
  const records = domain.properties['verificationRecords'] as Readonly<Record<string, object>> | undefined
  return unverifiedChecks(domain).map((check) => {
    const { type = '', name: owner = '', value = '' } = (records?.[check] ?? {}) as Record<string, string>
    return { step: 'sender', passed: false, detail: `${check}: publish ${type} ${owner} "${value}"` }
  })
}
