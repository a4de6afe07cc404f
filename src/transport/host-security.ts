// How a mail host is to be connected to: by the promises that its domain has published, and by what the message asks for. DANE comes
// before MTA-STS, and where neither promises anything TLS is taken as it comes. A promise that cannot be kept means that the message
// waits, never that it goes in the clear. It looks nothing up and opens nothing. RFC 7672 §2.2, RFC 8461 §2, §5, RFC 8689 §4.2.1.

import type { StoredStsPolicy, TlsPolicyType } from '../storage/transport-policies.ts'
import { type DaneStanding, verifyDane } from './dane.ts'
import type { MailHost } from './mx-hosts.ts'
import type { TlsPolicy } from './smtp-connection.ts'
import { matchesStsPolicy } from './sts-policy.ts'

/** What was promised for a host, for reports to its owner. `text`: the strings of the policy, one a line. */
export type Promised = { readonly type: TlsPolicyType; readonly text: string }

export type HostSecurity =
  | {
      readonly type: 'connect'
      /** In this order, the next one only where the one before fails in STARTTLS or TLS. */
      readonly policies: readonly [TlsPolicy, ...TlsPolicy[]]
      readonly promised: Promised
      /** The policies of the same host with the same key are the same. */
      readonly key: string
      /** Fails the promise, which its owner wants to hear of but does not insist on. */
      readonly mismatch?: string
    }
  /** `isFinal`: no later attempt can end better. */
  | {
      readonly type: 'refused'
      readonly enhancedStatusCode: string
      readonly detail: string
      readonly isFinal: boolean
      readonly promised: Promised
      readonly tlsResult: string
    }

export type SecurityQuestion = {
  /** In its canonical form. */
  readonly domain: string
  readonly host: MailHost
  /** DNSSEC vouches for it being a host of the domain. */
  readonly isSecureHost: boolean
  readonly dane: DaneStanding
  readonly sts: StoredStsPolicy | undefined
  /** REQUIRETLS. */
  readonly requireTls: boolean
  /** Trusted instead of the public authorities. */
  readonly ca: string | undefined
  readonly now: () => number
}

const OPPORTUNISTIC: TlsPolicy = { mode: 'opportunistic' }
/** For servers whose TLS is broken: RFC 3207 promises nothing better than the clear to begin with. */
const CLEAR: TlsPolicy = { mode: 'never' }
const NO_PROMISE: Promised = { type: 'no-policy-found', text: '' }

export function secureHost(question: SecurityQuestion): HostSecurity {
  const { dane } = question
  switch (dane.type) {
    case 'unavailable':
      return {
        type: 'refused',
        enhancedStatusCode: '4.4.3',
        detail: dane.detail,
        isFinal: false,
        promised: { type: 'tlsa', text: '' },
        tlsResult: 'dnssec-invalid',
      }
    case 'records':
      return daneHost(question, dane)
    case 'unusable':
      return unusableHost(question, dane)
    case 'none':
      return question.sts === undefined ? unpromisedHost(question) : stsHost(question, question.sts)
  }
}

/** Such records prove nothing, so that what MTA-STS insists on is not overridden by them. RFC 7672 §2.2, RFC 8461 §2. */
function unusableHost(question: SecurityQuestion, { base }: DaneStanding & { type: 'unusable' }): HostSecurity {
  const { requireTls, sts } = question
  if (sts?.mode === 'enforce') return stsHost(question, sts)
  const promised: Promised = { type: 'tlsa', text: '' }
  if (requireTls) return checkedHost(question, promised)
  return {
    type: 'connect',
    policies: [{ mode: 'required', options: { rejectUnauthorized: false, servername: base } }],
    promised,
    key: 'tls',
    mismatch: 'tlsa-invalid',
  }
}

/** Of a message that says `TLS-Required: No`, and of hosts that nobody promises anything for. RFC 8689 §4.1. */
export const takenAsItComes: HostSecurity & { readonly type: 'connect' } = {
  type: 'connect',
  policies: [OPPORTUNISTIC, CLEAR],
  promised: NO_PROMISE,
  key: 'any',
}

function daneHost({ domain, host, now }: SecurityQuestion, dane: DaneStanding & { type: 'records' }): HostSecurity {
  const { base, records } = dane
  const text = records.map(({ usage, selector, matchingType, certificate }) =>
    [usage, selector, matchingType, Buffer.from(certificate).toString('hex').slice(0, 1024)].join(' '),
  )
  const names = [...new Set([base, host.name, domain])]
  return {
    type: 'connect',
    policies: [
      {
        mode: 'required',
        // The certificate is checked against the records, by none of the authorities.
        options: { rejectUnauthorized: false, servername: base },
        verify: (chain) => verifyDane(records, names, chain, now()),
      },
    ],
    promised: { type: 'tlsa', text: text.join('\n') },
    key: `dane ${base} ${text.join(',')}`,
  }
}

function stsHost(question: SecurityQuestion, sts: StoredStsPolicy): HostSecurity {
  const { host, requireTls } = question
  const { mode, patterns } = sts
  const promised: Promised = { type: 'sts', text: policyText(sts) }
  const isNamed = matchesStsPolicy(patterns, host.name)
  if (isNamed) {
    const checked = checkedHost(question, promised)
    if (mode === 'enforce' || requireTls) return checked
    return { ...checked, policies: [...checked.policies, OPPORTUNISTIC, CLEAR], key: `testing ${checked.key}` }
  }
  const tlsResult = 'validation-failure'
  if (mode === 'testing' && !requireTls) return { ...takenAsItComes, promised, mismatch: tlsResult }
  const detail = `the MTA-STS policy of ${sts.domain} does not name the host ${host.name}`
  return { type: 'refused', enhancedStatusCode: '4.7.5', detail, isFinal: false, promised, tlsResult }
}

const policyText = ({ mode, patterns, fetchedAt, until }: StoredStsPolicy): string =>
  [
    'version: STSv1',
    `mode: ${mode}`,
    ...patterns.map((pattern) => `mx: ${pattern}`),
    `max_age: ${Math.round((until - fetchedAt) / 1000)}`,
  ].join('\n')

type Checked = HostSecurity & { readonly type: 'connect' }

/** By the public authorities, for the name of the host. */
function checkedHost({ host, ca }: SecurityQuestion, promised: Promised): Checked {
  const options = { servername: host.name, ...(ca === undefined ? {} : { ca }) }
  return { type: 'connect', policies: [{ mode: 'required', options }], promised, key: 'checked' }
}

/** RFC 8689 §4.2.1: a certificate proves a name, and that only helps when it is known that the name is the domain's. */
function unpromisedHost(question: SecurityQuestion): HostSecurity {
  const { requireTls, isSecureHost, host } = question
  if (!requireTls) return takenAsItComes
  if (isSecureHost) return checkedHost(question, NO_PROMISE)
  return {
    type: 'refused',
    enhancedStatusCode: '5.7.10',
    detail: `the message requires TLS to its end (REQUIRETLS), and nothing proves that ${host.name} is a host of the domain`,
    isFinal: true,
    promised: NO_PROMISE,
    tlsResult: 'validation-failure',
  }
}
