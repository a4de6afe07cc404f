// Messages over a connection that is open, one after another. It knows whether the connection can be used for another one, and puts the
// server back to where MAIL may come; what is said of one message is in `mail-transaction.ts`. RFC 5321 §4.1.1.5, §4.1.1.10.

import { fitMessage, isUnfit } from './fit-message.ts'
import { type Link, MailTransaction } from './mail-transaction.ts'
import type { OutgoingMessage, RecipientReply, SmtpConnection, SmtpTarget } from './smtp-connection.ts'

/** For the answer to QUIT, which nobody needs. */
const FAREWELL = 1000

export function createConnection(link: Link & { readonly target: SmtpTarget }): SmtpConnection {
  const { wire, extensions, tls, isVerified, target, patience } = link
  let messages = 0
  /** A transaction was begun and is not over for the server. */
  let needsReset = false
  let closing = false

  async function exchange(message: OutgoingMessage): Promise<readonly RecipientReply[]> {
    const fit = fitMessage(message, extensions, isVerified)
    if (isUnfit(fit)) return message.recipients.map(() => fit)
    if (fit.recipients.every(isUnfit)) return fit.recipients.filter(isUnfit)
    messages += 1
    const transaction = new MailTransaction(link, message, fit, needsReset)
    needsReset = true
    const replies = await transaction.run()
    needsReset = !transaction.ended
    return replies
  }

  return {
    target,
    tls,
    extensions,
    get usable() {
      return !closing && wire.fault === undefined
    },
    get messages() {
      return messages
    },
    async send(message, signal) {
      const giveUp = () => wire.fail('given up')
      if (signal.aborted) giveUp()
      signal.addEventListener('abort', giveUp, { once: true })
      try {
        return await exchange(message)
      } finally {
        signal.removeEventListener('abort', giveUp)
      }
    },
    async close() {
      if (closing) return
      closing = true
      await wire.ask('QUIT', Math.min(FAREWELL, patience.command))
      wire.fail('closed')
    },
    destroy() {
      closing = true
      wire.fail('closed')
    },
  }
}
