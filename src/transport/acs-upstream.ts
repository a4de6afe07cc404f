// Azure Communication Services as an upstream, through its own client, which is loaded when it is needed. The client retries nothing: when
// to try again is decided elsewhere, under the same operation id. An upstream that took a message is looked at once; after that, whoever
// asks goes on from where the client was. Azure: data-plane reference §2.

import type { EmailClientOptions, EmailMessage } from '@azure/communication-email'
import type { Clock } from '../config/clock.ts'
import { printable, readProgress, readSendAnswer } from './acs-answer.ts'
import { type AcsLine, type CallRecord, codeOf, type LineSettings, openAcsLine } from './acs-line.ts'
import type { Upstream, UpstreamAnswer } from './upstream.ts'

export type AcsCredential =
  | { readonly type: 'access key'; readonly key: string }
  | {
      readonly type: 'client secret'
      /** An https origin. */
      readonly authority: string
      readonly tenantId: string
      readonly clientId: string
      readonly clientSecret: string
    }
  /** Of somebody else, for one call. */
  | { readonly type: 'token'; readonly token: string; readonly endsAt: number }

export type AcsPackages = {
  readonly email: () => Promise<typeof import('@azure/communication-email')>
  readonly identity: () => Promise<typeof import('@azure/identity')>
}

const PACKAGES: AcsPackages = {
  email: () => import('@azure/communication-email'),
  identity: () => import('@azure/identity'),
}

/** The packages are not there: for whoever installed the program. */
export class MissingPackages extends Error {}

/** Gives clients by their credential. Throws MissingPackages. `endpoint` is an https origin. */
export async function openAcs(
  settings: LineSettings & { readonly endpoint: string },
  clock: Clock,
  packages: AcsPackages = PACKAGES,
): Promise<AcsConnection> {
  const email = await loaded(packages.email)
  const line = openAcsLine(settings, clock)
  const origin = new URL(settings.endpoint).origin

  async function upstreamFor(credential: AcsCredential): Promise<Upstream<EmailMessage>> {
    const proof = await proofOf(credential, line, packages)
    const call = async (work: (client: InstanceType<typeof email.EmailClient>) => Promise<string>) => {
      const record: CallRecord = { sent: false }
      const client = new email.EmailClient(origin, proof, clientOptions(line, origin, record))
      const outcome = await work(client).then(
        (resume) => ({ resume, error: undefined }),
        (error: unknown) => ({ resume: '', error }),
      )
      return { record, ...outcome }
    }
    return {
      host: new URL(origin).host,
      async send(operationId, message, abortSignal) {
        const { record, resume, error } = await call(async (client) => {
          const poller = await client.beginSend(message, { operationId, abortSignal })
          return poller.isDone() ? '' : poller.toString()
        })
        if (record.answer !== undefined) return readSendAnswer(record.answer, record.looked, resume)
        return withoutAnswer(record, error)
      },
      async ask(resumeFrom, abortSignal) {
        const { record, resume } = await call(async (client) => {
          const poller = await client.beginSend(NO_MESSAGE, { resumeFrom, abortSignal })
          return poller.isDone() ? '' : poller.toString()
        })
        const { looked = NOT_LOOKED } = record
        return readProgress(looked, resume === '' ? resumeFrom : resume)
      },
      close: () => line.close(),
    }
  }

  return { upstreamFor, close: () => line.close() }
}

export type AcsConnection = {
  upstreamFor(credential: AcsCredential): Promise<Upstream<EmailMessage>>
  close(): Promise<void>
}

const NO_MESSAGE = { senderAddress: '', content: { subject: '', plainText: '' }, recipients: { to: [] } }
const NOT_LOOKED = { status: 503, retryAfter: undefined, errorCode: undefined, body: '' }

const clientOptions = (line: AcsLine, origin: string, record: CallRecord): EmailClientOptions => ({
  httpClient: line.clientFor(origin, record),
  retryOptions: { maxRetries: 0 },
  redirectOptions: { maxRetries: 0 },
})

async function loaded<Module>(load: () => Promise<Module>): Promise<Module> {
  try {
    return await load()
  } catch (error) {
    if (codeOf(error) !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new MissingPackages(
      'Delivery through Azure Communication Services needs two more packages: npm install @azure/communication-email @azure/identity',
    )
  }
}

async function proofOf(credential: AcsCredential, line: AcsLine, packages: AcsPackages) {
  switch (credential.type) {
    case 'access key':
      return { key: credential.key }
    case 'token':
      return { getToken: async () => ({ token: credential.token, expiresOnTimestamp: credential.endsAt }) }
    case 'client secret': {
      const { ClientSecretCredential } = await loaded(packages.identity)
      const { authority, tenantId, clientId, clientSecret } = credential
      return new ClientSecretCredential(tenantId, clientId, clientSecret, {
        authorityHost: authority,
        // What the operator configured is trusted; the client would ask the public cloud about it first.
        disableInstanceDiscovery: true,
        ...clientOptions(line, new URL(authority).origin, { sent: false }),
      })
    }
  }
}

/** Nothing came back: it matters only whether the message can have arrived. */
function withoutAnswer({ sent }: CallRecord, error: unknown): UpstreamAnswer {
  const name = error instanceof Error ? error.name : ''
  const code = codeOf(error)
  const detail = printable(`no answer (${code === '' ? name : code})`)
  if (sent) return { type: 'unclear', detail }
  if (/Authentication|Credential/.test(name)) return { type: 'unauthorized', detail: `no token (${printable(name)})` }
  return { type: 'unreachable', detail }
}
