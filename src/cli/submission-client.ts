// Where a test mail goes, as whom, and one try to hand it over. TLS and the verification of the certificate cannot be switched off,
// and the password of the quickstart goes to the ports of the quickstart only. RFC 6409, RFC 8314.

import { readCaFile } from './ca-file.ts'
import { type Failure, failed } from './failure.ts'
import { type Quickstart, dataDirectoryOf, readQuickstartFile } from './quickstart-file.ts'
import { readSecret, storedSecret } from './secret-source.ts'
import type { Terminal } from './terminal.ts'

export type SubmissionFlags = {
  readonly username?: string
  readonly passwordFile?: string
  readonly from?: string
  readonly host?: string
  readonly port?: number
  readonly tls: 'starttls' | 'implicit'
  readonly caFile?: string
}

export type Submission = {
  readonly type: 'submission'
  readonly host: string
  readonly port: number
  readonly implicitTls: boolean
  readonly ca: string | undefined
  readonly username: string
  readonly password: string
  readonly from: string
}

export type Mail = { readonly to: readonly string[]; readonly subject: string; readonly text: string }

export type SubmissionOutcome =
  | {
      readonly type: 'accepted'
      readonly reply: string
      readonly accepted: readonly string[]
      readonly refused: readonly { readonly recipient: string; readonly reply: string }[]
    }
  | { readonly type: 'refused'; readonly command: string; readonly reply: string }
  | Failure

const TIME_LIMIT = 30_000

export async function resolveSubmission(flags: SubmissionFlags, terminal: Terminal): Promise<Submission | Failure> {
  const file = readQuickstartFile(dataDirectoryOf(terminal.env))
  if (file.type === 'failed' && flags.host === undefined) return file
  const local = file.type === 'quickstart' ? file.quickstart : undefined
  const host = flags.host ?? local?.smtp.host
  if (host === undefined) {
    return failed(
      `There is no quickstart in ${dataDirectoryOf(terminal.env)} and no server was named.`,
      'Start one with `npm start`, or give --host, --username and --from.',
    )
  }
  const port = flags.port ?? defaultPort(flags, host === local?.smtp.host ? local : undefined)
  const quickstart = local !== undefined && isOwnPort(local, host, port) ? local : undefined
  const username = flags.username ?? quickstart?.usernames.dot
  const from = flags.from ?? quickstart?.senderAddress
  if (username === undefined || from === undefined) {
    const ports = local !== undefined && host === local.smtp.host ? portsOf(local) : []
    const whose = ports.length === 0 ? '' : `: those of the quickstart are for its own ports (${ports.join(', ')})`
    return failed(
      `There is no ${username === undefined ? 'user name' : 'sender'} for ${host}:${port}.`,
      `Give --username and --from${whose}.`,
    )
  }
  const ca = readCaFile(flags.caFile ?? (terminal.env['POSTERN_CA_FILE'] || quickstart?.caFile))
  if (ca?.type === 'failed') return ca
  const password = await choosePassword(flags, terminal, quickstart, username)
  if (password.type === 'failed') return password
  const implicitTls = flags.tls === 'implicit'
  return { type: 'submission', host, port, implicitTls, ca: ca?.pem, username, password: password.secret, from }
}

function defaultPort({ tls }: SubmissionFlags, quickstart: Quickstart | undefined): number {
  if (tls === 'implicit') return quickstart?.smtp.implicitTlsPort ?? 465
  return quickstart?.smtp.port ?? 587
}

function isOwnPort(quickstart: Quickstart, host: string, port: number): boolean {
  return host === quickstart.smtp.host && portsOf(quickstart).includes(port)
}

function portsOf({ smtp }: Quickstart): readonly number[] {
  return [smtp.port, smtp.implicitTlsPort, smtp.port25]
}

async function choosePassword(
  flags: SubmissionFlags,
  terminal: Terminal,
  quickstart: Quickstart | undefined,
  username: string,
): ReturnType<typeof readSecret> {
  const source = {
    variable: 'POSTERN_PASSWORD',
    flag: '--password-file',
    file: flags.passwordFile,
    question: `Password of ${username}`,
  }
  if (quickstart === undefined || storedSecret(terminal, source) !== undefined) return readSecret(terminal, source)
  const { applicationId, clientSecret } = quickstart.application
  if (quickstart.secretValid !== false) return { type: 'secret', secret: clientSecret }
  return failed(
    'The secret in quickstart.json no longer works.',
    `Give another one in POSTERN_PASSWORD; a new one: postern ad app credential reset --id ${applicationId} --append`,
  )
}

/** Hands one mail over. The SMTP client is loaded here, so that no other command pays for it. */
export async function submit(submission: Submission, { to, subject, text }: Mail): Promise<SubmissionOutcome> {
  const { host, port, implicitTls, ca, username, password, from } = submission
  const { createTransport } = await import('nodemailer')
  const transport = createTransport({
    host,
    port,
    secure: implicitTls,
    requireTLS: !implicitTls,
    tls: { minVersion: 'TLSv1.2', ...(ca !== undefined && { ca }) },
    auth: { user: username, pass: password },
    connectionTimeout: TIME_LIMIT,
    greetingTimeout: TIME_LIMIT,
    socketTimeout: TIME_LIMIT,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  try {
    const info = await transport.sendMail({ from, to: [...to], subject, text })
    const refused = (info as { rejectedErrors?: readonly SmtpError[] }).rejectedErrors ?? []
    return {
      type: 'accepted',
      reply: info.response,
      accepted: info.accepted.map(String),
      refused: refused.map((error) => ({ recipient: error.recipient ?? '', reply: error.response ?? '' })),
    }
  } catch (error) {
    return describeError(submission, error as SmtpError)
  } finally {
    transport.close()
  }
}

type SmtpError = NodeJS.ErrnoException & {
  readonly response?: string
  readonly command?: string
  readonly recipient?: string
}

function describeError({ host, port }: Submission, error: SmtpError): SubmissionOutcome {
  if (error.response) return { type: 'refused', command: commandOf(error), reply: error.response }
  return failed(`Could not send through ${host}:${port}: ${error.message}`, hintFor(error))
}

function hintFor({ code, message }: SmtpError): string {
  // Whatever happens to a socket has the code ESOCKET; only the message says more.
  if (message.includes('ECONNREFUSED'))
    return 'Is it running? Start the quickstart with `npm start`, or name another server with --host and --port.'
  return code === 'ETLS' || code === 'ESOCKET' ? 'Check --tls, --port and --ca-file.' : 'Check --host and --port.'
}

function commandOf({ command }: SmtpError): string {
  return command === undefined || command === 'API' ? 'the mail' : command
}
