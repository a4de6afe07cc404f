// `POST /providers/Postern.Mail/sendTest`: one message sent with the user name and password that a device is to have, on the walk that the
// device's own message takes: login limits, secret, roles, sender, quotas, queue. What the device would have been told is the answer; a
// refusal leaves the same trace. Who may ask is who may ask for a diagnosis; nothing is sent in their name. It is no use of the secret.

import type { Context } from 'hono'
import { z } from 'zod'
import { MAIL_DATA_ACTIONS } from '../../access/operations.ts'
import { authenticate } from '../../submission/authenticate.ts'
import { withinTenant } from '../../submission/diagnose-login.ts'
import { resolveLogin } from '../../submission/login.ts'
import { eraseSecrets, type Sender } from '../../submission/sender.ts'
import type { SubmissionService } from '../../submission/submission.ts'
import { describeTls } from '../../submission/tls-upgrade.ts'
import { waitUntil } from '../../submission/wait-until.ts'
import type { Reply } from '../../smtp/reply.ts'
import { authorize, dataAction, TENANT_ROOT } from '../authorization.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { readEmail } from '../email/read-email.ts'
import { submitEmail } from '../email/submit-email.ts'
import { answerRefusal } from '../refusal.ts'
import { type HttpEnv, sourceOf } from '../request-context.ts'
import { named } from '../responses.ts'
import { untilClosed } from '../sign-in/prove-password.ts'
import { readBody } from '../validation.ts'

const READ = dataAction(MAIL_DATA_ACTIONS.readDecisions)
const MECHANISM = 'PLAIN'

export const SEND_TEST_PATH = '/providers/postern.mail/sendtest'

export const sendTestBody = z.object({
  username: z.string().min(1).max(512),
  password: z.string().min(1).max(1024),
  from: z.string().min(3).max(320),
  to: z.string().min(3).max(320),
  subject: z.string().max(200).default('Test message'),
  text: z.string().max(10_000).default('This message was sent to show that a device can send.'),
})
type Question = z.output<typeof sendTestBody>

export const sendTestResult = named(
  'TestMessageResult',
  z.object({
    outcome: z.enum(['queued', 'refused']),
    /** Where it ended. */
    stage: z.enum(['login', 'message']),
    /** What the device would have been told. */
    reply: z.string(),
    /** Of the message; of nothing when it was refused. */
    queueId: z.string().nullable(),
    /** By which the trace of a refusal is found. */
    reference: z.string().nullable(),
  }),
)

type Dependencies = Pick<HttpDependencies, 'submission' | 'random'>

export function sendTest({ submission, random }: Dependencies) {
  return async (c: Context<HttpEnv>): Promise<Response> => {
    const question = readBody(c, sendTestBody)
    if (question.type === 'refused') return answerRefusal(c, question)
    const { caller } = c.var
    const service = { ...submission, resources: withinTenant(submission.resources, caller.tenantId) }
    const login = await resolveLogin(service.resources, question.value.username)
    const refusal = authorize(caller, READ, login.service?.id ?? TENANT_ROOT)
    if (refusal !== undefined) return answerRefusal(c, refusal)
    const email = readEmail(emailOf(question.value))
    if (email.type === 'refused') return answerRefusal(c, email)
    const sender = await signIn(service, c, question.value)
    if (sender.type !== 'sender') return c.json(result('login', sender.reply))
    const { sender: device } = sender
    try {
      const answer = await submitEmail({ submission: service, random }, device, email)
      return 'type' in answer ? answerRefusal(c, answer) : c.json(result('message', answer))
    } finally {
      eraseSecrets(device)
    }
  }
}

type SignedIn =
  | { readonly type: 'sender'; readonly sender: Sender }
  | { readonly type: 'refused'; readonly reply: Reply }

async function signIn(
  service: SubmissionService,
  c: Context<HttpEnv>,
  { username, password }: Question,
): Promise<SignedIn> {
  const at = service.clock.now()
  const tls = describeTls(c.env?.incoming?.socket)
  const peer = { address: sourceOf(c), listener: 'rest', tls, protocol: 'HTTP' } as const
  const ended = untilClosed(c)
  const wait = (moment: number) => waitUntil(service.clock, moment, ended)
  const clientName = 'postern-test-message'
  const context = { peer, clientName, mechanism: MECHANISM, waitUntil: wait }
  const identities = { authenticationIdentity: username, authorizationIdentity: '' }
  const credentials = { type: 'secret', ...identities, password: Buffer.from(password) } as const
  const outcome = await authenticate(service, context, credentials, at)
  if (outcome.type !== 'authenticated') {
    await wait(outcome.notBefore)
    return { type: 'refused', reply: outcome.reply }
  }
  const { verdict, clientSecret } = outcome
  return { type: 'sender', sender: { peer, clientName, login: { at, method: MECHANISM }, clientSecret, verdict } }
}

const emailOf = ({ from, to, subject, text }: Question): Parameters<typeof readEmail>[0] => ({
  senderAddress: from,
  recipients: { to: [{ address: to }] },
  content: { subject, plainText: text },
})

function result(
  stage: 'login' | 'message',
  { code, enhancedStatusCode, lines }: Reply,
): z.output<typeof sendTestResult> {
  const reply = [code, enhancedStatusCode, lines.join(' ')].filter((part) => part !== undefined).join(' ')
  const isQueued = code === 250
  return {
    outcome: isQueued ? 'queued' : 'refused',
    stage,
    reply,
    queueId: isQueued ? (/queued as (\S+)$/.exec(reply)?.[1] ?? null) : null,
    reference: isQueued ? null : (/\[([0-9A-Za-z]+)\]/.exec(reply)?.[1] ?? null),
  }
}
