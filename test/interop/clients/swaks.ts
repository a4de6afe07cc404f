// swaks: the account in a configuration file, the message on standard input.

import { type Delivery, type ForeignClient, runClient, withPrivateFiles } from './foreign-client.ts'

/** swaks ends the data with an end of line of its own. */
const withoutLastLineEnd = (content: Buffer): Buffer => content.subarray(0, -2)

const swaksWith =
  (...options: readonly string[]) =>
  (delivery: Delivery): Promise<string> => {
    const account = `auth-user ${delivery.username}\nauth-password ${delivery.secret}\n`
    return withPrivateFiles({ account }, (pathOf) =>
      runClient(
        [
          'swaks',
          ...['--config', pathOf('account')],
          ...['--server', `localhost:${delivery.port}`],
          ...['--ehlo', 'app.example.test'],
          '--tls-verify',
          ...['--tls-ca-path', delivery.caFile],
          ...['--auth', delivery.mechanism],
          '--auth-hide-password',
          ...['--from', delivery.from],
          ...['--to', delivery.recipients.join(',')],
          ...['--data', '-'],
          ...options,
        ],
        withoutLastLineEnd(delivery.content),
      ),
    )
  }

export const swaks: ForeignClient = {
  name: 'swaks',
  probe: { command: ['swaks', '--support'], shows: /TLS supported/ },
  variants: [
    { name: 'STARTTLS, PLAIN', door: 'submission', mechanism: 'PLAIN', send: swaksWith('--tls') },
    { name: 'STARTTLS on the port like 25, LOGIN', door: 'smtp', mechanism: 'LOGIN', send: swaksWith('--tls') },
    { name: 'pipelining', door: 'submission', mechanism: 'PLAIN', send: swaksWith('--tls', '--pipeline') },
    { name: 'protocol ESMTPSA', door: 'submission', mechanism: 'LOGIN', send: swaksWith('--protocol', 'ESMTPSA') },
    { name: 'protocol SSMTPA', door: 'submissions', mechanism: 'PLAIN', send: swaksWith('--protocol', 'SSMTPA') },
    {
      name: 'implicit TLS, pipelining, LOGIN',
      door: 'submissions',
      mechanism: 'LOGIN',
      send: swaksWith('--tls-on-connect', '--pipeline'),
    },
  ],
}
