// Mail as devices send it: over STARTTLS with user name and password, one message for each connection.

import { SmtpDialogue } from '../fixtures/smtp-dialogue.ts'
import type { QuickstartService } from '../fixtures/quickstart-service.ts'

export const RECIPIENT = 'reader@recipient.example.test'

export type Login = { readonly username: string; readonly password: string }

export const quickstartLogin = ({ quickstart }: QuickstartService): Login => ({
  username: quickstart.usernames.dot,
  password: quickstart.application.clientSecret,
})

/** The reply to the data, or the one before it that was no yes. `source`: headers but From and To, and the body, with LF. */
export async function sendMail(
  { quickstart, ca }: QuickstartService,
  { username, password }: Login,
  source: string,
  recipient = RECIPIENT,
): Promise<string> {
  const { smtp, senderAddress } = quickstart
  const dialogue = await SmtpDialogue.openSecure(smtp.port, ca)
  try {
    const reply = await dialogue.authenticate(username, password)
    if (!reply.startsWith('235')) return reply
    const lines = [`From: ${senderAddress}`, `To: ${recipient}`, ...source.split('\n')]
    return await dialogue.submit(senderAddress, [recipient], lines)
  } finally {
    dialogue.end()
  }
}

/** Of an accepted message: what the reply calls it. */
export const queueIdOf = (reply: string): string => /queued as (\S+)/.exec(reply)?.[1] ?? ''
