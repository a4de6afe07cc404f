// The answer to a command, and the one table of the answers we give. Text that must name something (a domain, a reference, a queue
// id) comes from a function; nothing outside this file spells a reply. RFC 5321 §4.2, RFC 2034, RFC 3463, RFC 5248.

/** An SMTP reply. `enhancedStatusCode` is absent only where RFC 2034 §4 forbids it: the greeting, EHLO, and 3yz replies. */
export type Reply = {
  readonly code: number
  readonly enhancedStatusCode?: string
  readonly lines: readonly string[]
}

/**
 * Longest text that a caller may put into a reply. RFC 5321 §4.5.3.1.5 allows 512 octets a line; this leaves room for the code, for
 * our own words and for a reference appended later.
 */
const NAMED_TEXT_LIMIT = 320

/** Text of others, fit for a reply: printable US-ASCII and short. What a client sent must not steer the terminal of a reader. */
const named = (text: string): string => text.slice(0, NAMED_TEXT_LIMIT).replace(/[^ -~]/g, '?')

const reply = (code: number, enhancedStatusCode: string, text: string): Reply => ({
  code,
  enhancedStatusCode,
  lines: [text],
})

export const replies = {
  // Session. RFC 5321 §3.1, §3.8, §4.1.1.
  greeting: (hostname: string): Reply => ({ code: 220, lines: [`${named(hostname)} ESMTP`] }),
  helo: (hostname: string): Reply => ({ code: 250, lines: [named(hostname)] }),
  ehlo: (hostname: string, keywords: readonly string[]): Reply => ({
    code: 250,
    lines: [named(hostname), ...keywords],
  }),
  ok: reply(250, '2.0.0', 'Ok'),
  help: reply(214, '2.0.0', 'This is a mail submission service, see RFC 6409'),
  // The same for every argument, so that it tells nothing about any address. RFC 5321 §7.3.
  cannotVerify: reply(252, '2.5.2', 'Cannot verify the address, but will try to deliver to it'),
  bye: reply(221, '2.0.0', 'Bye'),

  // What the client got wrong. RFC 5321 §4.2.4, §4.3.2.
  unknownCommand: reply(500, '5.5.1', 'Unknown command'),
  lineTooLong: reply(500, '5.5.2', 'Line too long'),
  malformedLine: reply(500, '5.5.2', 'A command line ends in CRLF and holds no other CR or LF'),
  emptyLine: reply(500, '5.5.2', 'A command line begins with a command'),
  controlCharacter: reply(501, '5.5.4', 'Control characters are not allowed'),
  badClientName: reply(501, '5.5.4', 'Give a domain name or an address literal'),
  badArguments: reply(501, '5.5.4', 'Syntax error in the arguments'),
  noArguments: reply(501, '5.5.4', 'This command takes no argument'),
  notImplemented: reply(502, '5.5.1', 'Command not implemented'),
  helloFirst: reply(503, '5.5.1', 'Send EHLO first'),
  badSequence: reply(503, '5.5.1', 'Bad sequence of commands'),
  tooManyErrors: reply(421, '4.7.0', 'Too many errors, closing'),
  tooManyIdleCommands: reply(421, '4.7.0', 'Too many commands without a message, closing'),
  // Cross-protocol requests get no word of theirs back. The class of the enhanced code must be that of 421. RFC 2034 §4.
  notHttp: reply(421, '4.7.0', 'This is not an HTTP service, closing'),

  // TLS. RFC 3207 §4.
  readyToStartTls: reply(220, '2.0.0', 'Ready to start TLS'),
  tlsAlreadyActive: reply(503, '5.5.1', 'TLS is already active'),
  startTlsFirst: reply(530, '5.7.0', 'Must issue a STARTTLS command first'),

  // Authentication. RFC 4954 §4, §6.
  challenge: (base64: string): Reply => ({ code: 334, lines: [base64] }),
  authenticated: reply(235, '2.7.0', 'Authentication successful'),
  authenticationRequired: reply(530, '5.7.0', 'Authentication required'),
  encryptionRequired: reply(538, '5.7.11', 'Encryption required for requested authentication mechanism'),
  alreadyAuthenticated: reply(503, '5.5.1', 'Already authenticated'),
  unknownMechanism: reply(504, '5.5.4', 'Unrecognized authentication mechanism'),
  authenticationCancelled: reply(501, '5.7.0', 'Authentication cancelled'),
  badBase64: reply(501, '5.5.2', 'Invalid base64'),
  authenticationLineTooLong: reply(500, '5.5.6', 'Authentication exchange line too long'),
  authenticationUnsuccessful: (reference: string): Reply =>
    reply(535, '5.7.8', `Authentication unsuccessful [${named(reference)}]`),
  // Azure: its front end says X.7.3, whatever is wrong with the login.
  authenticationUnsuccessfulAtAzure: (reference: string): Reply =>
    reply(535, '5.7.3', `Authentication unsuccessful [${named(reference)}]`),
  temporaryAuthenticationFailure: reply(454, '4.7.0', 'Temporary authentication failure'),
  tooManyAuthenticationFailures: reply(421, '4.7.0', 'Too many failed authentications, closing'),
  tokenExpired: reply(421, '4.7.0', 'The access token has expired, closing'),
  tooManyFailedLogins: reply(421, '4.7.0', 'Too many failed logins from your network, try again later'),
  credentialsNoLongerValid: reply(421, '4.7.0', 'Credentials no longer valid, closing'),

  // MAIL and RCPT. RFC 5321 §3.3, RFC 1870 §6, RFC 6531 §3.5.
  senderOk: reply(250, '2.1.0', 'Sender ok'),
  recipientOk: reply(250, '2.1.5', 'Recipient ok'),
  badReversePath: reply(501, '5.1.7', 'Bad sender address syntax'),
  badForwardPath: reply(501, '5.1.3', 'Bad recipient address syntax'),
  smtputf8Required: reply(553, '5.6.7', 'Non-ASCII addresses need the SMTPUTF8 parameter of MAIL'),
  badParameter: (keyword: string): Reply => reply(501, '5.5.4', `Bad or repeated parameter ${named(keyword)}`),
  unknownParameter: (keyword: string): Reply => reply(555, '5.5.4', `Parameter ${named(keyword)} not recognized`),
  nullReversePath: reply(550, '5.7.1', 'The null reverse-path cannot be used for submission'),
  // Azure: the first sentence is what clients of the real service match on.
  senderDomainNotLinked: (domain: string): Reply =>
    reply(550, '5.1.7', `The specified sender domain has not been linked. Domain: ${named(domain)}`),
  senderDomainNotVerified: (domain: string): Reply =>
    reply(550, '5.1.7', `The specified sender domain has not been verified. Domain: ${named(domain)}`),
  senderNotAllowed: (domain: string): Reply =>
    reply(550, '5.7.1', `Sender address not allowed for this resource. Domain: ${named(domain)}`),
  tooManyRecipients: reply(452, '4.5.3', 'Too many recipients'),
  noValidRecipients: reply(554, '5.5.1', 'No valid recipients'),

  // Content. RFC 5321 §4.1.1.4, §4.5.2, RFC 3030 §2.
  startContent: { code: 354, lines: ['End data with <CR><LF>.<CR><LF>'] },
  chunkOk: reply(250, '2.0.0', 'Chunk received'),
  queued: (queueId: string): Reply => reply(250, '2.0.0', `Ok: queued as ${named(queueId)}`),
  badLineEnd: reply(554, '5.6.0', 'Message refused: bare CR, bare LF or NUL in the content'),
  contentLineTooLong: reply(554, '5.6.0', 'Message refused: a line is longer than 998 octets'),
  messageMalformed: (text: string): Reply => reply(554, '5.6.0', `Message refused: ${named(text)}`),
  messageTooLarge: reply(552, '5.3.4', 'Message size exceeds the limit'),
  mailLoop: reply(554, '5.4.6', 'Too many hops, mail loop suspected'),
  contentRefused: reply(554, '5.7.1', 'Message refused by the content check'),
  contentDeferred: reply(451, '4.7.1', 'The content check does not take the message now, try again later'),
  contentNotChecked: reply(451, '4.7.1', 'The content check is not available, try again later'),
  upstreamBusy: reply(451, '4.7.1', 'The next system takes no more messages now, try again later'),
  upstreamUnavailable: reply(451, '4.4.1', 'The next system does not answer, try again later'),
  upstreamDeniesAccess: reply(550, '5.7.1', 'The next system does not let you send'),
  upstreamCannotCarry: reply(554, '5.6.5', 'The next system cannot carry this message unchanged'),
  upstreamRefusesRecipient: reply(554, '5.1.3', 'The next system refuses a recipient'),
  upstreamRefuses: reply(554, '5.6.0', 'The next system refuses the message'),
  overQuota: (text: string): Reply => reply(450, '4.7.1', `Quota used up: ${named(text)}`),
  accessRevoked: reply(550, '5.7.1', 'The right to send has been withdrawn'),

  // Our own condition. RFC 5321 §3.8, RFC 3463 §3.4-3.5.
  idleTimeout: reply(421, '4.4.2', 'Idle for too long, closing'),
  shuttingDown: reply(421, '4.3.2', 'Service shutting down, closing'),
  tooManyConnections: reply(421, '4.3.2', 'Too many connections, try again later'),
  // RFC 5321 §3.1: a greeting of 554 says that there is nothing here for the client.
  notFromHere: reply(554, '5.7.1', 'This service is not for your network'),
  networkMayNotSend: reply(550, '5.7.1', 'Your network may not send without signing in now'),
  sessionLimit: reply(421, '4.7.0', 'Session limit reached, reconnect to continue'),
  storeUnavailable: reply(451, '4.3.0', 'Mail store unavailable, try again later'),
  insufficientStorage: reply(452, '4.3.1', 'Insufficient storage, try again later'),
} as const

/** The octets of a reply, as US-ASCII text. A code line with an empty text keeps its space: `334 ` is a challenge, RFC 4954 §4. */
export function encodeReply({ code, enhancedStatusCode, lines }: Reply): string {
  const status = enhancedStatusCode === undefined ? '' : `${enhancedStatusCode} `
  const last = lines.length - 1
  if (last === 0) return `${code} ${status}${lines[0]}\r\n`
  return lines.map((line, index) => `${code}${index === last ? ' ' : '-'}${status}${line}\r\n`).join('')
}
