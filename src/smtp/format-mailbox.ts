// A mailbox back in the spelling of the wire: what is stored and sent on is always our own spelling, never what a client wrote.
// RFC 5321 §4.1.2.

import type { Mailbox } from './events.ts'

const DOT_STRING = /^[^\s"(),.:;<>@[\\\]]+(?:\.[^\s"(),.:;<>@[\\\]]+)*$/

/** `local-part@domain`, the local part quoted where it must be. */
export function formatMailbox({ localPart, domain }: Mailbox): string {
  const local = DOT_STRING.test(localPart) ? localPart : `"${localPart.replace(/["\\]/g, '\\$&')}"`
  return `${local}@${domain}`
}
