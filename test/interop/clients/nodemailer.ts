// Nodemailer, in this process. The message is given raw, so that what arrives can be compared octet by octet.

import { readFileSync } from 'node:fs'
import { createTransport } from 'nodemailer'
import { type Delivery, type ForeignClient, takesToken } from './foreign-client.ts'

async function sendWithNodemailer(delivery: Delivery): Promise<string> {
  const said: string[] = []
  const note = (_entry: unknown, format: string, ...values: unknown[]) => said.push([format, ...values].join(' '))
  const transport = createTransport({
    host: 'localhost',
    port: delivery.port,
    name: 'app.example.test',
    secure: delivery.implicitTls,
    requireTLS: !delivery.implicitTls,
    tls: { ca: readFileSync(delivery.caFile) },
    ...(takesToken(delivery.mechanism)
      ? { auth: { type: 'OAuth2' as const, user: delivery.username, accessToken: delivery.secret } }
      : { auth: { user: delivery.username, pass: delivery.secret }, authMethod: delivery.mechanism }),
    logger: { level: () => {}, trace: note, debug: note, info: note, warn: note, error: note, fatal: note },
    debug: true,
  })
  try {
    const envelope = { from: delivery.from, to: [...delivery.recipients], use8BitMime: true }
    await transport.sendMail({ envelope, raw: delivery.content })
    return said.join('\n')
  } finally {
    transport.close()
  }
}

const shows = /BODY=8BITMIME/

export const nodemailer: ForeignClient = {
  name: 'Nodemailer',
  variants: [
    { name: 'STARTTLS, PLAIN', door: 'submission', mechanism: 'PLAIN', shows, send: sendWithNodemailer },
    { name: 'STARTTLS on the port like 25, LOGIN', door: 'smtp', mechanism: 'LOGIN', shows, send: sendWithNodemailer },
    { name: 'implicit TLS, PLAIN', door: 'submissions', mechanism: 'PLAIN', shows, send: sendWithNodemailer },
    { name: 'implicit TLS, LOGIN', door: 'submissions', mechanism: 'LOGIN', shows, send: sendWithNodemailer },
    { name: 'STARTTLS, OAuth2', door: 'submission', mechanism: 'XOAUTH2', shows, send: sendWithNodemailer },
    { name: 'implicit TLS, OAuth2', door: 'submissions', mechanism: 'XOAUTH2', shows, send: sendWithNodemailer },
  ],
}
