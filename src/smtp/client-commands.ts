// The commands of a client, spelt: what is known of an envelope, said in the extensions that the server offers and no others. It writes
// nothing that is not a path by our own grammar, so no address can carry a second command. RFC 5321 §4.1.1, RFC 1870 §3, RFC 3461 §4,
// RFC 6152 §2, RFC 6531 §3.4, RFC 8689 §2.

import type { Mailbox, MailParameters, RcptParameters } from './events.ts'
import { formatMailbox } from './format-mailbox.ts'
import { parsePath } from './grammar.ts'

/** Keywords of the last EHLO in upper case, with their parameters. */
export type Extensions = ReadonlyMap<string, string>

/** Of a message as it leaves. */
export type Carriage = {
  /** In octets. */
  readonly size: number
  readonly eightBit: boolean
  readonly smtputf8: boolean
  readonly requireTls: boolean
}

/** The lines of a reply to EHLO; what is no keyword is passed over. RFC 5321 §4.1.1.1. */
export function readExtensions(lines: readonly string[]): Extensions {
  const extensions = new Map<string, string>()
  for (const line of lines.slice(1)) {
    const [match, keyword = '', parameters = ''] = /^([A-Za-z0-9][A-Za-z0-9-]*)(?:[ =](.*))?$/.exec(line.trim()) ?? []
    if (match === undefined) continue
    const name = keyword.toUpperCase()
    // Old servers say AUTH=LOGIN, some beside the right form.
    const earlier = extensions.get(name)
    extensions.set(name, earlier === undefined ? parameters : `${earlier} ${parameters}`)
  }
  return extensions
}

/** An address as it may stand in a command; undefined for what is none. */
export function readAddress(address: string): Mailbox | undefined {
  const path = parsePath(`<${address}>`, 0)
  return path?.end === address.length + 2 ? path.mailbox : undefined
}

/** `reversePath` is undefined for the null reverse-path. */
export function mailCommand(
  reversePath: Mailbox | undefined,
  { ret, envid }: MailParameters,
  { size, eightBit, smtputf8, requireTls }: Carriage,
  extensions: Extensions,
): string {
  const words = [`MAIL FROM:<${reversePath === undefined ? '' : formatMailbox(reversePath)}>`]
  if (extensions.has('SIZE')) words.push(`SIZE=${size}`)
  if (eightBit) words.push('BODY=8BITMIME')
  if (smtputf8) words.push('SMTPUTF8')
  if (requireTls) words.push('REQUIRETLS')
  if (!extensions.has('DSN')) return words.join(' ')
  if (ret !== undefined) words.push(`RET=${ret}`)
  const id = envid === undefined ? undefined : encodeXtext(envid)
  return [...words, ...(id === undefined ? [] : [`ENVID=${id}`])].join(' ')
}

export function rcptCommand(forwardPath: Mailbox, { notify, orcpt }: RcptParameters, extensions: Extensions): string {
  const words = [`RCPT TO:<${formatMailbox(forwardPath)}>`]
  if (!extensions.has('DSN')) return words[0] ?? ''
  if (notify !== undefined) words.push(`NOTIFY=${notify.join(',')}`)
  const original = orcpt === undefined ? undefined : encodeOriginal(orcpt)
  return [...words, ...(original === undefined ? [] : [`ORCPT=${original}`])].join(' ')
}

/** `type;address`, of which the type is no xtext. RFC 3461 §4.2. */
function encodeOriginal(orcpt: string): string | undefined {
  const at = orcpt.indexOf(';')
  const address = encodeXtext(orcpt.slice(at + 1))
  return at < 0 || address === undefined ? undefined : `${orcpt.slice(0, at)};${address}`
}

/** RFC 3461 §4; undefined for what no xtext can hold. */
export function encodeXtext(text: string): string | undefined {
  if (/[^\0-\xff]/.test(text)) return undefined
  return text.replace(/[^!-*,-<>-~]/g, (character) => `+${hexOf(character)}`)
}

const hexOf = (character: string): string => character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')
