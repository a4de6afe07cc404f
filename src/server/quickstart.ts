// What makes a quickstart of a running server: `quickstart.json`, the welcome message sent through the front door with the very
// credential it is about, and what a newcomer reads on the terminal.

import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Config } from '../config/schema.ts'
import type { AuthenticationOutcome } from '../identity/identity.ts'
import { replaceFile } from './development-certificates.ts'
import { developmentCaFile, quickstartFile } from './places.ts'
import type { QuickstartObjects } from './quickstart-installation.ts'
import type { RunningServer } from './start-server.ts'

/** At the managed domain, for which mail is kept here wherever all other mail goes. */
const WELCOME_LOCAL_PART = 'you'
const WELCOME_PATIENCE = 20_000

type Endpoints = { readonly port: number; readonly implicitTlsPort: number; readonly port25: number }

function endpointsOf(server: RunningServer): Endpoints {
  const portOf = (name: string) => server.doors.find((door) => door.name === name)?.port ?? 0
  return { port: portOf('submission'), implicitTlsPort: portOf('submissions'), port25: portOf('smtp') }
}

const portalUrl = ({ publicUrl }: RunningServer): string => new URL('/portal/', publicUrl).href

/** The document of design §5; fields whose room is not built yet are null. */
export function describeQuickstart(
  config: Config,
  server: RunningServer,
  objects: QuickstartObjects,
  secretValid: boolean,
): Record<string, unknown> {
  const { accessKey, alias, application, administrator, portalUser, ...names } = objects
  const endpoint = server.publicUrl
  const parts = [objects.communicationService, application.applicationId, objects.tenantId]
  return {
    smtp: { host: 'localhost', ...endpointsOf(server) },
    caFile: resolve(developmentCaFile(config)),
    https: { url: endpoint },
    ...names,
    application,
    usernames: { dot: parts.join('.'), pipe: parts.join('|'), alias },
    endpoint,
    connectionString: `endpoint=${endpoint};accesskey=${accessKey}`,
    administrator,
    portal: { url: portalUrl(server), ...portalUser },
    ...(secretValid ? {} : { secretValid: false }),
  }
}

export function writeQuickstartFile(config: Config, document: Record<string, unknown>): void {
  replaceFile(quickstartFile(config), `${JSON.stringify(document, null, 2)}\n`, 0o600)
}

/** Whether the secret in `quickstart.json` still signs in. */
export const isSecretValid = (outcome: AuthenticationOutcome): boolean => outcome.type === 'authenticated'

/** Signs in over SMTP as any device would, certificate verification on, and sends one message. */
export async function sendWelcome(config: Config, server: RunningServer, objects: QuickstartObjects): Promise<void> {
  // For this one message.
  const { default: nodemailer } = await import('nodemailer')
  const { port } = endpointsOf(server)
  const { communicationService, application, tenantId } = objects
  const transport = nodemailer.createTransport({
    host: 'localhost',
    port,
    requireTLS: true,
    tls: { ca: readFileSync(developmentCaFile(config)) },
    auth: {
      user: [communicationService, application.applicationId, tenantId].join('.'),
      pass: application.clientSecret,
    },
    connectionTimeout: WELCOME_PATIENCE,
    socketTimeout: WELCOME_PATIENCE,
  })
  await transport.sendMail({
    from: { name: 'Postern', address: objects.senderAddress },
    to: `${WELCOME_LOCAL_PART}@${objects.domain}`,
    subject: 'Welcome to Postern',
    text: WELCOME,
  })
}

const WELCOME = `This message was sent by a service principal.

It signed in over SMTP with the user name and the client secret that the
quickstart printed, was allowed by the custom role "SMTP Email Sender", and
was stored before it was accepted. It did not leave this machine: it was kept
in the capture inbox.
`

/** The settings table of the article, one test command, and where to look. */
export function describeSettings(config: Config, server: RunningServer, objects: QuickstartObjects): string {
  const { port, implicitTlsPort, port25 } = endpointsOf(server)
  const { application, communicationService, tenantId, portalUser } = objects
  const rows = [
    ['Server / smart host', 'localhost'],
    ['Port', `${port} (STARTTLS), ${implicitTlsPort} (implicit TLS), ${port25} (STARTTLS, stands for 25)`],
    ['TLS / StartTLS', `Enabled; trust ${resolve(developmentCaFile(config))}`],
    ['User name', `${communicationService}.${application.applicationId}.${tenantId}`],
    ['or, shorter', objects.alias],
    ['Password', application.clientSecret],
    ['Sender address', objects.senderAddress],
  ]
  const width = Math.max(...rows.map(([name]) => name?.length ?? 0))
  return [
    'Postern is ready. Settings for a device or an application:',
    '',
    ...rows.map(([name, value]) => `  ${name?.padEnd(width)}  ${value}`),
    '',
    'Send a test message:',
    '',
    `  ${testCommand(config)}`,
    '',
    `Portal     ${portalUrl(server)}`,
    `           user name ${portalUser.userName}, password ${portalUser.password}`,
    `Mail goes  ${describeDelivery(config)}`,
    `API        ${server.publicUrl}`,
    `Credentials, also for the API: ${resolve(quickstartFile(config))}`,
    'Read what was sent: npx postern message list.   Stop with Ctrl-C.',
    '',
  ].join('\n')
}

/** Where mail goes that nothing keeps here; user and password are not repeated. */
function describeDelivery({ delivery: { routes, transports } }: Config): string {
  const way = routes.at(-1)?.via[0]
  const [host] = transports.find(({ name }) => name === way)?.hosts ?? []
  if (host !== undefined) return `by the smarthost ${host.host}:${host.port}; to managed domains into the capture inbox`
  return way === 'mx'
    ? 'straight to its recipients, by MX; to managed domains into the capture inbox'
    : 'into the capture inbox; POSTERN_DELIVERY lets it out'
}

function testCommand(config: Config): string {
  const elsewhere =
    config.dataDirectory === resolve('postern-data') ? '' : `POSTERN_DATA_DIR='${config.dataDirectory}' `
  return `${elsewhere}npx postern send --to you@example.test --subject 'Hello from Postern'`
}
