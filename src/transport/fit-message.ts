// Whether a server can carry a message as it is. Nothing is converted here: a signature covers the octets as they are, and what needs an
// extension that a server does not offer comes back to the sender. RFC 1870 §6.1, RFC 6152 §3, RFC 6531 §3.2, §3.4, RFC 8689 §4.2.1.

import { canonicalDomain } from '../resources/domain-name.ts'
import { type Carriage, type Extensions, readAddress } from '../smtp/client-commands.ts'
import type { Mailbox } from '../smtp/events.ts'
import { isAscii } from '../smtp/grammar.ts'
import type { OutgoingMessage, RecipientReply } from './smtp-connection.ts'

export type Unfit = Extract<RecipientReply, { readonly type: 'unfit' }>

export type Fit = {
  readonly reversePath: Mailbox | undefined
  readonly carriage: Carriage
  /** In the order of the message. */
  readonly recipients: readonly (Mailbox | Unfit)[]
}

export function fitMessage(
  { reversePath, parameters, recipients, content }: OutgoingMessage,
  extensions: Extensions,
  isVerified: boolean,
): Fit | Unfit {
  const sender = reversePath === '' ? undefined : readForWire(reversePath)
  if (sender === undefined && reversePath !== '') return unfit('5.1.7', 'the sender address cannot be written to SMTP')
  const keepsTls = isVerified && extensions.has('REQUIRETLS')
  // RFC 8689 §5: a report is not lost for it.
  if (parameters.requireTls === true && !keepsTls && sender !== undefined)
    return unfit('5.7.30', 'the message requires TLS to its end (REQUIRETLS), which the server does not promise')
  const requireTls = parameters.requireTls === true && keepsTls
  const limit = Number(/^[0-9]+$/.exec(extensions.get('SIZE') ?? '')?.[0] ?? 0)
  if (limit > 0 && content.size > limit)
    return unfit('5.3.4', `the message has ${content.size} octets and the server takes ${limit}`)
  const eightBit = content.header8bit || content.body8bit
  if (eightBit && !extensions.has('8BITMIME'))
    return unfit('5.6.3', 'the message holds 8-bit octets, cannot be converted, and the server does not offer 8BITMIME')
  const international = content.header8bit || (sender !== undefined && !isPlain(sender))
  if (international && !extensions.has('SMTPUTF8')) return NO_SMTPUTF8
  const fitted = recipients.map(({ forwardPath }) => fitRecipient(forwardPath, extensions))
  const smtputf8 = international || fitted.some((each) => !isUnfit(each) && !isPlain(each))
  return { reversePath: sender, carriage: { size: content.size, eightBit, smtputf8, requireTls }, recipients: fitted }
}

function fitRecipient(forwardPath: string, extensions: Extensions): Mailbox | Unfit {
  const mailbox = readForWire(forwardPath)
  if (mailbox === undefined) return unfit('5.1.3', 'the address cannot be written to SMTP')
  return isPlain(mailbox) || extensions.has('SMTPUTF8') ? mailbox : NO_SMTPUTF8
}

/** With the domain in its ASCII form, which every server knows. RFC 6531 §3.2. */
function readForWire(address: string): Mailbox | undefined {
  const mailbox = readAddress(address)
  if (mailbox === undefined || isAscii(mailbox.domain)) return mailbox
  const domain = canonicalDomain(mailbox.domain)
  return domain === undefined ? undefined : { ...mailbox, domain }
}

export const isUnfit = (each: object): each is Unfit => 'type' in each

const isPlain = ({ localPart }: Mailbox): boolean => isAscii(localPart)

export const unfit = (enhancedStatusCode: string, detail: string): Unfit => ({
  type: 'unfit',
  enhancedStatusCode,
  detail,
})

const NO_SMTPUTF8 = unfit('5.6.7', 'the message needs SMTPUTF8, which the server does not offer')
