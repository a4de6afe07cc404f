// The commands, and from the text of their arguments to values or to the reply that says what is wrong. It knows what each command may
// say, not when it may be said. RFC 5321 §4.1.1, RFC 1870, RFC 3030, RFC 3461, RFC 4954, RFC 6152, RFC 6531, RFC 8689.

import type { Mailbox, MailParameters, RcptParameters } from './events.ts'
import {
  decodeBase64,
  decodeXtext,
  isAscii,
  isAuthParameter,
  type Parameter,
  parseParameters,
  parsePath,
} from './grammar.ts'
import { type Reply, replies } from './reply.ts'

const COMMANDS = [
  'EHLO',
  'HELO',
  'STARTTLS',
  'AUTH',
  'MAIL',
  'RCPT',
  'DATA',
  'BDAT',
  'RSET',
  'NOOP',
  'VRFY',
  'HELP',
  'QUIT',
  'EXPN',
  'ETRN',
] as const

/** `HTTP` stands for the methods of that protocol, `UNKNOWN` for everything else. */
export type Command = (typeof COMMANDS)[number] | 'HTTP' | 'UNKNOWN'

// A browser or a proxy talked into sending a request here must not get any of it executed; PRI begins HTTP/2. RFC 9110 §9, RFC 9113 §3.4.
const HTTP_METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH', 'PRI'] as const

const COMMAND_OF_VERB: ReadonlyMap<string, Command> = new Map([
  ...COMMANDS.map((command): [string, Command] => [command, command]),
  ...HTTP_METHODS.map((method): [string, Command] => [method, 'HTTP']),
])

const WITHOUT_ARGUMENT: ReadonlySet<Command> = new Set(['STARTTLS', 'DATA', 'RSET', 'QUIT'] as const)

export const commandOfVerb = (verb: string): Command => COMMAND_OF_VERB.get(verb.toUpperCase()) ?? 'UNKNOWN'

/** What no command of that name may say, whatever its grammar. A foreign protocol is not told how to say it better. */
export function checkArguments(command: Command, args: string): Reply | undefined {
  if (args === '' || command === 'HTTP') return undefined
  // oxlint-disable-next-line no-control-regex
  if (/[\0-\x1f\x7f]/.test(args)) return replies.controlCharacter
  return WITHOUT_ARGUMENT.has(command) ? replies.noArguments : undefined
}

export type Refused = { readonly type: 'refused'; readonly reply: Reply }
const refused = (reply: Reply): Refused => ({ type: 'refused', reply })

export type MailCommand = {
  readonly type: 'mail'
  readonly reversePath: Mailbox | undefined
  readonly parameters: MailParameters
}
export type RcptCommand = {
  readonly type: 'rcpt'
  readonly forwardPath: Mailbox
  readonly parameters: RcptParameters
}

/** `args` is Latin-1, one character an octet. */
export function parseMail(args: string): MailCommand | Refused {
  const from = 'FROM:'
  if (args.slice(0, from.length).toUpperCase() !== from) return refused(replies.badArguments)
  const text = decode(args)
  const isNull = text.startsWith('<>', from.length)
  const path = isNull ? { mailbox: undefined, end: from.length + 2 } : parsePath(text, from.length)
  if (path === undefined) return refused(replies.badReversePath)
  const parameters: Writable<MailParameters> = {}
  const wrong = readParameters(text, path.end, MAIL_PARAMETERS, parameters)
  if (wrong !== undefined) return refused(wrong)
  const badCharacters = checkCharacters(path.mailbox, parameters.smtputf8 === true, replies.badReversePath)
  if (badCharacters !== undefined) return refused(badCharacters)
  return { type: 'mail', reversePath: path.mailbox, parameters }
}

/** `smtputf8` is what MAIL of this transaction said. */
export function parseRcpt(args: string, smtputf8: boolean): RcptCommand | Refused {
  const to = 'TO:'
  if (args.slice(0, to.length).toUpperCase() !== to) return refused(replies.badArguments)
  const text = decode(args)
  const path = parsePath(text, to.length)
  if (path === undefined) return refused(replies.badForwardPath)
  const parameters: Writable<RcptParameters> = {}
  const wrong = readParameters(text, path.end, RCPT_PARAMETERS, parameters)
  if (wrong !== undefined) return refused(wrong)
  const badCharacters = checkCharacters(path.mailbox, smtputf8, replies.badForwardPath)
  if (badCharacters !== undefined) return refused(badCharacters)
  return { type: 'rcpt', forwardPath: path.mailbox, parameters }
}

/** Octets that are not UTF-8 become U+FFFD, which no address may hold. */
const decode = (args: string): string => (isAscii(args) ? args : Buffer.from(args, 'latin1').toString('utf8'))

function checkCharacters(mailbox: Mailbox | undefined, smtputf8: boolean, malformed: Reply): Reply | undefined {
  if (mailbox === undefined || (isAscii(mailbox.localPart) && isAscii(mailbox.domain))) return undefined
  if (!smtputf8) return replies.smtputf8Required
  return mailbox.localPart.includes('\ufffd') || mailbox.domain.includes('\ufffd') ? malformed : undefined
}

type Writable<T> = { -readonly [K in keyof T]: T[K] }
/** Takes the value of one parameter; false when it is none. */
type ParameterReader<P> = (value: string | undefined, parameters: Writable<P>) => boolean

function readParameters<P>(
  text: string,
  at: number,
  readers: ReadonlyMap<string, ParameterReader<P>>,
  parameters: Writable<P>,
): Reply | undefined {
  const given = parseParameters(text, at)
  if (given === undefined) return replies.badArguments
  for (const [index, { keyword, value }] of given.entries()) {
    const read = readers.get(keyword)
    if (read === undefined) return replies.unknownParameter(keyword)
    if (isRepeated(given, index) || !read(value, parameters)) return replies.badParameter(keyword)
  }
  return undefined
}

const isRepeated = (given: readonly Parameter[], index: number): boolean =>
  given.findIndex((other) => other.keyword === given[index]?.keyword) < index

const MAIL_PARAMETERS: ReadonlyMap<string, ParameterReader<MailParameters>> = new Map([
  ['SIZE', readSize],
  ['BODY', readBody],
  ['SMTPUTF8', readSmtputf8],
  ['AUTH', readAuth],
  ['RET', readRet],
  ['ENVID', readEnvid],
  ['REQUIRETLS', readRequireTls],
])

const RCPT_PARAMETERS: ReadonlyMap<string, ParameterReader<RcptParameters>> = new Map([
  ['NOTIFY', readNotify],
  ['ORCPT', readOrcpt],
])

/** RFC 1870 §3: up to twenty digits. */
function readSize(value: string | undefined, parameters: Writable<MailParameters>): boolean {
  if (value === undefined || !/^\d{1,20}$/.test(value)) return false
  parameters.size = Number(value)
  return true
}

/** RFC 6152 §2. BINARYMIME is not offered. */
function readBody(value: string | undefined, parameters: Writable<MailParameters>): boolean {
  const body = value?.toUpperCase()
  if (body !== '7BIT' && body !== '8BITMIME') return false
  parameters.body = body
  return true
}

function readSmtputf8(value: string | undefined, parameters: Writable<MailParameters>): boolean {
  if (value !== undefined) return false
  parameters.smtputf8 = true
  return true
}

/** RFC 8689 §2. MAIL in the clear is refused whatever it says. */
function readRequireTls(value: string | undefined, parameters: Writable<MailParameters>): boolean {
  if (value !== undefined) return false
  parameters.requireTls = true
  return true
}

/** RFC 4954 §5 lets us disregard who the client says had submitted the message; only its form is checked. */
function readAuth(value: string | undefined): boolean {
  const mailbox = value === undefined ? undefined : decodeXtext(value)
  return mailbox !== undefined && isAuthParameter(mailbox)
}

function readRet(value: string | undefined, parameters: Writable<MailParameters>): boolean {
  const ret = value?.toUpperCase()
  if (ret !== 'FULL' && ret !== 'HDRS') return false
  parameters.ret = ret
  return true
}

/** RFC 3461 §4.4: at most 100 characters as sent, printable once decoded, since it will stand in a report. */
function readEnvid(value: string | undefined, parameters: Writable<MailParameters>): boolean {
  const envid = value === undefined || value.length > 100 ? undefined : decodePrintable(value)
  if (envid === undefined) return false
  parameters.envid = envid
  return true
}

/** RFC 3461 §4.1: NEVER stands alone. */
function readNotify(value: string | undefined, parameters: Writable<RcptParameters>): boolean {
  const words = value?.toUpperCase().split(',') ?? []
  const known = words.filter((word) => word === 'NEVER' || word === 'SUCCESS' || word === 'FAILURE' || word === 'DELAY')
  const distinct = new Set(known).size === words.length
  if (known.length === 0 || !distinct || (known.includes('NEVER') && known.length > 1)) return false
  parameters.notify = known
  return true
}

/** RFC 3461 §4.2: at most 500 characters, `type;xtext`. */
function readOrcpt(value: string | undefined, parameters: Writable<RcptParameters>): boolean {
  const match = /^([A-Za-z0-9!#$%&'*+/?^_`{|}~-]+);(.+)$/.exec(value ?? '')
  const address = match === null || match[0].length > 500 ? undefined : decodePrintable(match[2] ?? '')
  if (address === undefined) return false
  parameters.orcpt = `${match?.[1]};${address}`
  return true
}

function decodePrintable(xtext: string): string | undefined {
  const text = decodeXtext(xtext)
  return text !== undefined && /^[ -~]+$/.test(text) ? text : undefined
}

export type AuthCommand = {
  readonly type: 'auth'
  readonly mechanism: string
  readonly initialResponse: Uint8Array | undefined
}

/** RFC 4954 §4. `=` is an initial response of no octets. */
export function parseAuth(args: string, mechanisms: readonly string[]): AuthCommand | Refused {
  const [name = '', initial, ...rest] = args.split(' ')
  if (name === '' || rest.length > 0) return refused(replies.badArguments)
  const mechanism = name.toUpperCase()
  if (!mechanisms.includes(mechanism)) return refused(replies.unknownMechanism)
  if (initial === undefined) return { type: 'auth', mechanism, initialResponse: undefined }
  const initialResponse = initial === '=' ? new Uint8Array(0) : decodeBase64(initial)
  return initialResponse === undefined ? refused(replies.badBase64) : { type: 'auth', mechanism, initialResponse }
}

/** Beyond any message, and more than anybody would wait for to see refused. */
const CHUNK_LIMIT = 2 ** 32

export type BdatCommand = {
  readonly size: number
  readonly last: boolean
  /** The rest of the line is not `LAST`. */
  readonly malformed: boolean
}

/** Undefined when the size is not to be understood: then nobody knows where the next command begins. RFC 3030 §2. */
export function parseBdat(args: string): BdatCommand | undefined {
  const match = /^(\d{1,10})(?: +(.*))?$/.exec(args)
  const size = Number(match?.[1])
  if (match === null || size > CHUNK_LIMIT) return undefined
  const rest = match[2]?.toUpperCase()
  return { size, last: rest === 'LAST', malformed: rest !== undefined && rest !== 'LAST' }
}
