// Python's smtplib, driven by the script beside this file. Its LOGIN comes with an initial response.

import { fileURLToPath } from 'node:url'
import { type Delivery, type ForeignClient, runClient } from './foreign-client.ts'

const SCRIPT = fileURLToPath(new URL('send_with_smtplib.py', import.meta.url))

function sendWithSmtplib(delivery: Delivery): Promise<string> {
  const input = JSON.stringify({ ...delivery, content: delivery.content.toString('base64') })
  return runClient(['python3', SCRIPT], input)
}

const shows = /BODY=8BITMIME/i
const showsInitialResponse = /AUTH LOGIN [A-Za-z0-9+/]{8}.*BODY=8BITMIME/is

export const smtplib: ForeignClient = {
  name: 'smtplib',
  probe: { command: ['python3', '-c', 'import smtplib, ssl; print("ready")'], shows: /ready/ },
  variants: [
    { name: 'starttls, PLAIN', door: 'submission', mechanism: 'PLAIN', shows, send: sendWithSmtplib },
    { name: 'starttls, LOGIN', door: 'smtp', mechanism: 'LOGIN', shows: showsInitialResponse, send: sendWithSmtplib },
    { name: 'SMTP_SSL, PLAIN', door: 'submissions', mechanism: 'PLAIN', shows, send: sendWithSmtplib },
    {
      name: 'SMTP_SSL, LOGIN',
      door: 'submissions',
      mechanism: 'LOGIN',
      shows: showsInitialResponse,
      send: sendWithSmtplib,
    },
    { name: 'starttls, XOAUTH2', door: 'submission', mechanism: 'XOAUTH2', shows, send: sendWithSmtplib },
    { name: 'SMTP_SSL, OAUTHBEARER', door: 'submissions', mechanism: 'OAUTHBEARER', shows, send: sendWithSmtplib },
  ],
}
