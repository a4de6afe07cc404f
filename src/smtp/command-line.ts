// One command line out of the queue: its limits, what white space it may have, and what is said to a line that is none. It knows the
// names of the commands and nothing of their arguments or order. RFC 5321 §2.3.8, §4.1.1, §4.5.3.1.4, RFC 4954 §4.

import { type Command, commandOfVerb } from './commands.ts'
import { decodeBase64 } from './grammar.ts'
import type { LineFault, LineLimits, OctetQueue } from './octet-queue.ts'
import { type Reply, replies } from './reply.ts'

const AUTH = /^AUTH /i
/** RFC 4954 §4. */
const RESPONSE_LIMITS: LineLimits = { limit: 12_288 }
/**
 * RFC 5321 §4.5.3.1.4 asks for 512 octets; the parameters of MAIL together may add some 700 and ORCPT 500. Clients send large initial
 * responses whatever RFC 4954 §4 says about them.
 */
const COMMAND_LIMITS: LineLimits = { limit: 2048, exception: { start: AUTH, limit: RESPONSE_LIMITS.limit } }

export type CommandLine = { readonly type: 'command'; readonly command: Command; readonly args: string }
/** `isFatal`: nobody can tell where the next command begins. */
export type RefusedLine = { readonly type: 'refused'; readonly reply: Reply; readonly isFatal: boolean }

/** Undefined while the end of the line has not come. */
export function takeCommandLine(queue: OctetQueue): CommandLine | RefusedLine | undefined {
  const taken = queue.takeLine(COMMAND_LIMITS)
  if (taken === undefined) return undefined
  if (typeof taken !== 'string') return refuseFault(taken)
  // White space at the end is tolerated, RFC 5321 §4.1.1.
  const line = taken.replace(/[ \t]+$/, '')
  if (line.includes('\r')) return refuseLine(replies.malformedLine, line)
  if (line === '') return refuseLine(replies.emptyLine, line)
  const space = line.indexOf(' ')
  const verb = space < 0 ? line : line.slice(0, space)
  return { type: 'command', command: commandOfVerb(verb), args: space < 0 ? '' : line.slice(space + 1) }
}

function refuseFault({ fault, start }: LineFault): RefusedLine {
  if (fault === 'endless') return { type: 'refused', reply: replies.tooManyErrors, isFatal: true }
  if (fault === 'bare line feed') return refuseLine(replies.malformedLine, start)
  return refuseLine(AUTH.test(start) ? replies.authenticationLineTooLong : replies.lineTooLong, start)
}

/** Behind a malformed BDAT comes a chunk of unknown size, and it must not be read as commands. */
const refuseLine = (reply: Reply, start: string): RefusedLine => ({
  type: 'refused',
  reply,
  isFatal: /^BDAT /i.test(start),
})

export type AuthLine =
  | { readonly type: 'response'; readonly response: Uint8Array }
  | { readonly type: 'refused'; readonly reply: Reply }

/** A client's line within an authentication exchange: base64, or `*` to cancel. RFC 4954 §4. */
export function takeAuthLine(queue: OctetQueue): AuthLine | undefined {
  const taken = queue.takeLine(RESPONSE_LIMITS)
  if (taken === undefined) return undefined
  if (typeof taken !== 'string') {
    const { fault } = taken
    return { type: 'refused', reply: fault === 'overlong' ? replies.authenticationLineTooLong : replies.badBase64 }
  }
  if (taken === '*') return { type: 'refused', reply: replies.authenticationCancelled }
  const response = decodeBase64(taken)
  return response === undefined ? { type: 'refused', reply: replies.badBase64 } : { type: 'response', response }
}
