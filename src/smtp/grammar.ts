// The grammar of what stands in a command line: paths, names, parameters, xtext, base64. Text in, values out; it knows no replies and
// no order. Every pattern matches a string in one way only, so its cost grows with the length and nothing else.
// RFC 5321 §4.1.2-4.1.3, RFC 6531 §3.3, RFC 3461 §4, RFC 4954 §4.

import type { Mailbox } from './events.ts'

/** RFC 5321 §4.5.3.1.1-3, in octets. A path is counted with its angle brackets, so its domain cannot exceed a limit of its own. */
const LOCAL_PART_LIMIT = 64
const DOMAIN_LIMIT = 255
const PATH_LIMIT = 256
/** RFC 1035 §2.3.4. */
const LABEL_LIMIT = 63

// UTF8-non-ascii of RFC 6531 §3.3 without the C1 controls, in UTF-16 code units.
const NON_ASCII = '\\u00a0-\\uffff'
const ATOM = `[A-Za-z0-9!#$%&'*+/=?^_\`{|}~${NON_ASCII}-]+`
const DOT_STRING = `${ATOM}(?:\\.${ATOM})*`
// Deviates: RFC 5321 §4.1.2 allows nothing between the quotes; an empty local part names no mailbox.
const QUOTED_STRING = `"(?:[ !#-\\[\\]-~${NON_ASCII}]|\\\\[ -~])+"`
const LETTERS_DIGITS = `[A-Za-z0-9${NON_ASCII}]+`
const SUB_DOMAIN = `${LETTERS_DIGITS}(?:-+${LETTERS_DIGITS})*`
const DOMAIN = `${SUB_DOMAIN}(?:\\.${SUB_DOMAIN})*`
const LITERAL = '\\[[A-Za-z0-9.:]+\\]'
// A source route is accepted and ignored, RFC 5321 §4.1.1.3 and appendix C.
const SOURCE_ROUTE = `(?:@${DOMAIN}(?:,@${DOMAIN})*:)?`
const MAILBOX = `(${DOT_STRING}|${QUOTED_STRING})@(${DOMAIN}|${LITERAL})`

const PATH_PATTERN = new RegExp(`<${SOURCE_ROUTE}${MAILBOX}>`, 'y')
const MAILBOX_PATTERN = new RegExp(`^${MAILBOX}$`)

export type ParsedPath = { readonly mailbox: Mailbox /** Where the path ends in the text. */; readonly end: number }

/** `Path` at a place in the text. Domains must be fully qualified, RFC 5321 §2.3.5: what `<user@host>` means depends on who reads it. */
export function parsePath(text: string, at: number): ParsedPath | undefined {
  PATH_PATTERN.lastIndex = at
  const match = PATH_PATTERN.exec(text)
  if (match === null) return undefined
  const [path, localPart = '', domain = ''] = match
  if (octetLength(path) > PATH_LIMIT || octetLength(localPart) > LOCAL_PART_LIMIT) return undefined
  if (!isQualifiedDomain(domain)) return undefined
  return { mailbox: { localPart: unquote(localPart), domain }, end: at + path.length }
}

const isQualifiedDomain = (domain: string): boolean =>
  domain.startsWith('[') ? isAddressLiteral(domain) : domain.includes('.') && hasShortLabels(domain)

const hasShortLabels = (domain: string): boolean =>
  domain.length <= LABEL_LIMIT || domain.split('.').every((label) => label.length <= LABEL_LIMIT)

const unquote = (localPart: string): string =>
  localPart.startsWith('"') ? localPart.slice(1, -1).replace(/\\(.)/g, '$1') : localPart

/** Limits are in octets of UTF-8, whatever the number of characters. RFC 6531 §3.3. */
const octetLength = (text: string): number => Buffer.byteLength(text, 'utf8')

export const isAscii = (text: string): boolean => !/[^\0-\x7f]/.test(text)

/**
 * What EHLO and HELO may give as name.
 * Deviates: RFC 5321 §4.1.1.1 wants a registered name or a tagged literal. Underscores, single labels and bare IPv6 literals are what
 * printers and Windows hosts are called, and the name decides nothing; it must only be harmless in a Received field.
 */
export function isClientName(text: string): boolean {
  if (text.startsWith('[')) return isAddressLiteral(text) || (text.endsWith(']') && isIpv6(text.slice(1, -1)))
  return text.length <= DOMAIN_LIMIT && /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9.])?$/.test(text)
}

/** `address-literal`; of general literals none is registered. RFC 5321 §4.1.3. */
function isAddressLiteral(text: string): boolean {
  if (!text.endsWith(']')) return false
  const inner = text.slice(1, -1)
  return /^IPv6:/i.test(inner) ? isIpv6(inner.slice('IPv6:'.length)) : isIpv4(inner)
}

function isIpv4(text: string): boolean {
  const numbers = text.split('.')
  return numbers.length === 4 && numbers.every((number) => /^\d{1,3}$/.test(number) && Number(number) <= 255)
}

/** Eight groups, or fewer around one `::`; the last two may be written as an IPv4 address. */
function isIpv6(text: string): boolean {
  const [head = '', tail, ...rest] = text.split('::')
  if (rest.length > 0) return false
  const groups = [...countGroups(head, tail === undefined), ...countGroups(tail ?? '', true)]
  const count = groups.reduce((sum, group) => sum + group, 0)
  return tail === undefined ? count === 8 : count <= 7
}

/** How many groups each part stands for; `NaN` for what is none, which spoils any sum. */
function countGroups(text: string, mayEndInIpv4: boolean): number[] {
  if (text === '') return []
  const parts = text.split(':')
  return parts.map((part, index) => {
    if (/^[0-9A-Fa-f]{1,4}$/.test(part)) return 1
    return mayEndInIpv4 && index === parts.length - 1 && isIpv4(part) ? 2 : Number.NaN
  })
}

export type Parameter = { readonly keyword: string; readonly value: string | undefined }

// esmtp-param of RFC 5321 §4.1.2; more than one space between parameters changes nothing.
const PARAMETER_PATTERN = / +([A-Za-z0-9][A-Za-z0-9-]*)(?:=([!-<>-~]+))?(?= |$)/y

/** The parameters from a place to the end of the text, keywords in upper case; undefined when something else stands there. */
export function parseParameters(text: string, at: number): readonly Parameter[] | undefined {
  const parameters: Parameter[] = []
  PARAMETER_PATTERN.lastIndex = at
  for (let end = at; end < text.length; end = PARAMETER_PATTERN.lastIndex) {
    const match = PARAMETER_PATTERN.exec(text)
    if (match === null) return undefined
    parameters.push({ keyword: (match[1] ?? '').toUpperCase(), value: match[2] })
  }
  return parameters
}

/** Undoes xtext; undefined for what is none. RFC 3461 §4. */
export function decodeXtext(text: string): string | undefined {
  if (!/^(?:[!-*,-<>-~]|\+[0-9A-F]{2})*$/.test(text)) return undefined
  return text.replace(/\+(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}

/** The value of the AUTH parameter once decoded: a mailbox or `<>`. RFC 4954 §5. */
export const isAuthParameter = (text: string): boolean => text === '<>' || MAILBOX_PATTERN.test(text)

/**
 * Strict base64: RFC 4954 §4 wants foreign characters and misplaced padding refused, and Buffer ignores both, so the result is
 * encoded again and compared. The octets are the caller's own and may be zeroed.
 */
export function decodeBase64(text: string): Uint8Array | undefined {
  const octets = Buffer.from(text, 'base64')
  return octets.toString('base64') === text ? octets : undefined
}
