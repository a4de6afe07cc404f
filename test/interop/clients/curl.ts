// curl: the account in a netrc file, a token in a configuration file, the message in a file, `--ssl-reqd` so that it never goes on without
// TLS. With a token it takes OAUTHBEARER wherever that is offered, whatever it is told.

import { type Delivery, type ForeignClient, runClient, takesToken, withPrivateFiles } from './foreign-client.ts'

function sendWithCurl(delivery: Delivery): Promise<string> {
  const { username, secret, content, mechanism } = delivery
  const netrc = `machine localhost login ${username} password ${secret}\n`
  const bearer = `oauth2-bearer = "${secret}"\n`
  return withPrivateFiles({ netrc, bearer, 'mail.eml': content }, (pathOf) =>
    runClient([
      'curl',
      '--disable',
      '--verbose',
      '--silent',
      '--show-error',
      ...['--url', `${delivery.implicitTls ? 'smtps' : 'smtp'}://localhost:${delivery.port}/app.example.test`],
      '--ssl-reqd',
      ...['--cacert', delivery.caFile],
      ...(takesToken(mechanism) ? ['--config', pathOf('bearer')] : []),
      ...['--netrc-file', pathOf('netrc')],
      ...['--login-options', `AUTH=${mechanism}`],
      ...['--mail-from', delivery.from],
      ...delivery.recipients.flatMap((recipient) => ['--mail-rcpt', recipient]),
      ...['--upload-file', pathOf('mail.eml')],
    ]),
  )
}

export const curl: ForeignClient = {
  name: 'curl',
  probe: { command: ['curl', '--version'], shows: /\bsmtps\b/ },
  variants: [
    { name: 'STARTTLS, PLAIN', door: 'submission', mechanism: 'PLAIN', send: sendWithCurl },
    { name: 'STARTTLS on the port like 25, LOGIN', door: 'smtp', mechanism: 'LOGIN', send: sendWithCurl },
    { name: 'implicit TLS, PLAIN', door: 'submissions', mechanism: 'PLAIN', send: sendWithCurl },
    { name: 'implicit TLS, LOGIN', door: 'submissions', mechanism: 'LOGIN', send: sendWithCurl },
    { name: 'STARTTLS, OAUTHBEARER', door: 'submission', mechanism: 'OAUTHBEARER', send: sendWithCurl },
  ],
}
