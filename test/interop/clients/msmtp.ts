// msmtp: everything but the secret in a configuration file, the recipients read from the message itself. It is told to leave Bcc to the server.

import { type Delivery, type ForeignClient, runClient, withPrivateFiles } from './foreign-client.ts'

function sendWithMsmtp(delivery: Delivery): Promise<string> {
  const configuration = [
    'account default',
    'host localhost',
    `port ${delivery.port}`,
    'domain app.example.test',
    'tls on',
    `tls_starttls ${delivery.implicitTls ? 'off' : 'on'}`,
    `tls_trust_file ${delivery.caFile}`,
    `auth ${delivery.mechanism.toLowerCase()}`,
    `user ${delivery.username}`,
    `from ${delivery.from}`,
    'remove_bcc_headers off',
    '',
  ].join('\n')
  return withPrivateFiles({ msmtprc: configuration, secret: delivery.secret }, (pathOf) => {
    // A line of the configuration file has no room for a token.
    const passwordEval = `--passwordeval=cat ${pathOf('secret')}`
    return runClient(
      ['msmtp', '--file', pathOf('msmtprc'), passwordEval, '--debug', '--read-recipients'],
      delivery.content,
    )
  })
}

export const msmtp: ForeignClient = {
  name: 'msmtp',
  probe: { command: ['msmtp', '--version'], shows: /TLS\/SSL library: (?!none)/ },
  variants: [
    { name: 'tls_starttls on, PLAIN', door: 'submission', mechanism: 'PLAIN', send: sendWithMsmtp },
    { name: 'tls_starttls on, LOGIN', door: 'smtp', mechanism: 'LOGIN', send: sendWithMsmtp },
    { name: 'tls_starttls off, PLAIN', door: 'submissions', mechanism: 'PLAIN', send: sendWithMsmtp },
    { name: 'tls_starttls off, LOGIN', door: 'submissions', mechanism: 'LOGIN', send: sendWithMsmtp },
    { name: 'tls_starttls on, XOAUTH2', door: 'submission', mechanism: 'XOAUTH2', send: sendWithMsmtp },
    { name: 'tls_starttls off, OAUTHBEARER', door: 'submissions', mechanism: 'OAUTHBEARER', send: sendWithMsmtp },
  ],
}
