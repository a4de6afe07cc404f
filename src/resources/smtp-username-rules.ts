// What a stored SMTP username may be, and the form it is compared in. A stored username is the only thing a login carries, so two that
// look alike must be the same one, and none may read as the three-part form. Whether the application exists or the name is taken is
// for others to say. Azure: the `smtpUsernames` resource (control-plane reference §5.10); UAX #15 NFC; RFC 4616 §2 for the length.

import { canonicalDomain } from './domain-name.ts'
import { canonicalGuid } from './guid.ts'

export type SmtpUsernameProblem =
  | 'empty'
  | 'too long'
  | 'whitespace or control character'
  | 'reads as three parts'
  | 'not an e-mail address'
  | 'domain not linked'

export type SmtpUsernameOutcome =
  | { readonly type: 'accepted'; readonly canonical: string }
  | { readonly type: 'refused'; readonly problem: SmtpUsernameProblem; readonly detail: string }

/** In octets of UTF-8; SASL carries no more. */
const MAX_OCTETS = 255
/** Units of UTF-16 in any spelling of one. Normalizing takes the square of a row of marks. */
const LONGEST_SPELLING = 4 * MAX_OCTETS

const INVISIBLE = /[\p{White_Space}\p{C}\p{Default_Ignorable_Code_Point}]/u

const GUID_LENGTH = 36

const refused = (problem: SmtpUsernameProblem, detail: string): SmtpUsernameOutcome => ({
  type: 'refused',
  problem,
  detail,
})

/**
 * The form that usernames are stored and looked up by. Lower, upper and lower again folds what a single mapping leaves apart
 * (`ẞ`, `ß` and `ss`; the two small sigmas). What is too long is none, and stays as it is.
 */
export function canonicalSmtpUsername(text: string): string {
  if (text.length > LONGEST_SPELLING) return text
  return text.normalize('NFC').toLowerCase().toUpperCase().toLowerCase().normalize('NFC')
}

/** `linkedDomains` are the names of the communication service's linked domains. */
export function checkSmtpUsername(text: string, linkedDomains: readonly string[]): SmtpUsernameOutcome {
  if (text === '') return refused('empty', 'an SMTP username must not be empty')
  const raw = Buffer.byteLength(text)
  const octets = raw > MAX_OCTETS ? raw : Math.max(raw, Buffer.byteLength(text.normalize('NFC')))
  if (octets > MAX_OCTETS)
    return refused('too long', `an SMTP username has at most ${MAX_OCTETS} octets, this has ${octets}`)
  if (INVISIBLE.test(text))
    return refused('whitespace or control character', 'an SMTP username has no spaces and no invisible characters')
  const canonical = canonicalSmtpUsername(text)
  if (endsInTwoGuids(canonical))
    return refused(
      'reads as three parts',
      'it reads as <resource>.<application id>.<tenant id>, which needs no SMTP username',
    )
  return checkAddress(text, linkedDomains) ?? { type: 'accepted', canonical }
}

/** Whether it ends in `SEP GUID SEP GUID`, the separators in any mix. Wider than the three-part form: nothing comes near it. */
function endsInTwoGuids(text: string): boolean {
  const guidBefore = (end: number) => canonicalGuid(text.slice(end - GUID_LENGTH, end)) !== undefined
  const separatorAt = (at: number) => text[at] === '.' || text[at] === '|'
  const second = text.length - GUID_LENGTH
  const first = second - 1 - GUID_LENGTH
  return (
    first > 0 && guidBefore(text.length) && separatorAt(second - 1) && guidBefore(second - 1) && separatorAt(first - 1)
  )
}

/** Undefined when there is nothing to object to: no `@`, or an address at a linked domain. */
function checkAddress(text: string, linkedDomains: readonly string[]): SmtpUsernameOutcome | undefined {
  if (!text.includes('@')) return undefined
  const [localPart = '', domain = '', ...rest] = text.split('@')
  const canonical = canonicalDomain(domain)
  if (localPart === '' || canonical === undefined || rest.length > 0)
    return refused('not an e-mail address', 'an SMTP username with @ must be an e-mail address')
  if (linkedDomains.some((linked) => canonicalDomain(linked) === canonical)) return undefined
  return refused('domain not linked', `the domain ${canonical} is not linked to the communication service`)
}
