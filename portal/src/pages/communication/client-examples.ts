// What is typed into well-known clients, with the values of a device sheet filled in. The password is never in them.

import type { SmtpSettings } from './service.ts'

export type Filled = Pick<SmtpSettings, 'host' | 'port' | 'implicitTlsPort'> & {
  readonly username: string
  readonly sender: string
  /** What stands where the client secret goes. */
  readonly password: string
}

export const CLIENTS = ['swaks', 'msmtp', 'Python', '.NET', 'SAP', 'copier'] as const
export type Client = (typeof CLIENTS)[number]

/** Words that are not part of a program, in the language of the page. */
export type Words = Readonly<
  Record<
    'node' | 'server' | 'port' | 'encryption' | 'starttls' | 'login' | 'user' | 'password' | 'sender' | 'check',
    string
  >
>

export function exampleFor(client: Client, filled: Filled, words: Words): string {
  return (EXAMPLES[client](filled, words) + '\n').trimStart()
}

/** Within single quotes of a shell. */
const quoted = (text: string) => `'${text.replaceAll("'", String.raw`'\''`)}'`
/** Within double quotes of Python and C#. */
const string = (text: string) => JSON.stringify(text)

const EXAMPLES: Readonly<Record<Client, (filled: Filled, words: Words) => string>> = {
  swaks: ({ host, port, username, sender }) => `
swaks --server ${host} --port ${port} --tls --tls-verify --auth PLAIN \\
  --auth-user ${quoted(username)} --auth-password "$SMTP_PASSWORD" \\
  --from ${quoted(sender)} --to someone@example.com`,

  msmtp: ({ host, port, username, sender }) => `
account default
host ${host}
port ${port}
tls on
tls_starttls on
tls_trust_file system
auth plain
user ${username}
passwordeval "cat ~/.smtp-password"
from ${sender}`,

  Python: ({ host, port, username, sender }) => `
import os, smtplib, ssl
from email.message import EmailMessage

message = EmailMessage()
message["From"], message["To"], message["Subject"] = ${string(sender)}, "someone@example.com", "From Python"
message.set_content("It works.")
with smtplib.SMTP(${string(host)}, ${port}) as server:
    server.starttls(context=ssl.create_default_context())
    server.login(${string(username)}, os.environ["SMTP_PASSWORD"])
    server.send_message(message)`,

  '.NET': ({ host, port, username, sender }) => `
using System.Net;
using System.Net.Mail;

using var client = new SmtpClient(${string(host)}, ${port})
{
    EnableSsl = true,
    Credentials = new NetworkCredential(${string(username)}, Environment.GetEnvironmentVariable("SMTP_PASSWORD")),
};
client.Send(${string(sender)}, "someone@example.com", "From .NET", "It works.");`,

  SAP: (filled, words) => `
${words.node}

${sheet(filled, words)}`,

  copier: sheet,
}

function sheet({ host, port, username, password, sender }: Filled, words: Words): string {
  const lines = [
    [words.server, host],
    [words.port, String(port)],
    [words.encryption, words.starttls],
    [words.check, 'TLS 1.2 +'],
    [words.login, 'PLAIN / LOGIN'],
    [words.user, username],
    [words.password, password],
    [words.sender, sender],
  ] as const
  const width = Math.max(...lines.map(([name]) => name.length))
  return lines.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n')
}
