// Rotation of a client secret without a refused login: a new one, and an end for the old ones after a while in which both work. Both are
// one transaction, so that nobody is ever without a secret. Graph can make and remove secrets but not change when one ends, so this is
// an operation of ours; the right to it is the one that Graph asks for a new secret.

import type { Context } from 'hono'
import { z } from 'zod'
import { DIRECTORY_ACTIONS } from '../../access/operations.ts'
import { generateClientSecret, hashClientSecret, hintOf } from '../../identity/client-secret.ts'
import type { Application, NewPassword, PasswordCredential } from '../../storage/storage.ts'
import { writeUndisturbed } from '../../storage/write-undisturbed.ts'
import { authorize, controlAction, TENANT_ROOT } from '../authorization.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { MAX_SECRETS, yearsAfter } from '../graph/passwords.ts'
import { answerRefusal, badMember, badRequest, notFound, type Refusal } from '../refusal.ts'
import { changeOf, type HttpEnv, newGuid } from '../request-context.ts'
import { named, time } from '../responses.ts'
import { readBody } from '../validation.ts'

const WRITE = controlAction(DIRECTORY_ACTIONS.writeApplicationCredentials)
const DEFAULT_YEARS = 2
const MAX_OVERLAP = 400 * 24 * 3600

export const rotateSecretBody = z.object({
  /** Seconds in which the old secrets still work. */
  overlap: z.int().min(1).max(MAX_OVERLAP),
  displayName: z.string().max(90).nullish(),
  endDateTime: z.iso
    .datetime({ offset: true })
    .transform((text) => Date.parse(text))
    .nullish(),
})

const secret = { keyId: z.guid(), displayName: z.string().nullable(), hint: z.string(), endDateTime: time }

export const rotatedSecret = named(
  'RotatedSecret',
  z.object({
    ...secret,
    secretText: z.string(),
    /** Those that still work, with their ends as they are now. */
    oldSecrets: z.array(z.object(secret)),
  }),
)

type Dependencies = Pick<HttpDependencies, 'storage' | 'pepper' | 'random'>

/** The application is named by its client id or its object id. */
export function rotateSecret({ storage, pepper, random }: Dependencies) {
  return async (c: Context<HttpEnv>): Promise<Response> => {
    const { caller } = c.var
    const change = changeOf(c)
    const secretText = generateClientSecret(random)
    const made = {
      keyId: newGuid(random),
      hint: hintOf(secretText),
      hash: hashClientSecret(Buffer.from(secretText), pepper),
    }
    const outcome = await writeUndisturbed<Rotation | Refusal>(storage, caller.tenantId, async () => {
      const application = await findOwnApplication(storage, c)
      if ('type' in application) return { result: application }
      const body = readBody(c, rotateSecretBody)
      if (body.type === 'refused') return { result: body }
      const login = await storage.read.directory.readLogin(application.tenantId, application.applicationId)
      if ((login?.secrets.length ?? 0) >= MAX_SECRETS) return { result: TOO_MANY }
      const rotation = planRotation(application, { ...body.value, ...made }, change.at)
      if ('type' in rotation) return { result: rotation }
      const { password, oldEndAt, old } = rotation
      const { tenantId, objectId } = application
      return {
        result: rotation,
        record: ({ directory }) => {
          void directory.addPassword(change, tenantId, objectId, password)
          void directory.endPasswords(
            change,
            tenantId,
            objectId,
            old.map(({ keyId }) => keyId),
            oldEndAt,
          )
        },
      }
    })
    if ('type' in outcome) return answerRefusal(c, outcome)
    return c.json({
      ...secretForm(outcome.password),
      secretText,
      oldSecrets: outcome.old.map((one) => secretForm({ ...one, endAt: Math.min(one.endAt, outcome.oldEndAt) })),
    })
  }
}

/** Whoever may neither write the credentials of all applications nor owns this one learns nothing of what exists. */
export async function findOwnApplication(
  { read: { directory } }: Dependencies['storage'],
  c: Context<HttpEnv>,
): Promise<Application | Refusal> {
  const { caller } = c.var
  const id = (c.req.param('application') ?? '').toLowerCase()
  const application =
    (await directory.findApplication(caller.tenantId, id)) ?? (await directory.readApplication(caller.tenantId, id))
  const refusal = authorize(caller, WRITE, TENANT_ROOT)
  const owners =
    refusal === undefined || application === undefined
      ? []
      : await directory.listOwners(caller.tenantId, application.objectId)
  if (refusal !== undefined && !owners.includes(caller.principalId)) return refusal
  return application ?? notFound('ApplicationNotFound', 'There is no such application.')
}

export const TOO_MANY = badRequest(
  'TooManySecrets',
  `An application has at most ${MAX_SECRETS} secrets. Remove one first.`,
)

type Rotation = {
  readonly password: NewPassword
  /** Those that have not ended yet; device passwords are no secrets and go their own way. */
  readonly old: readonly PasswordCredential[]
  readonly oldEndAt: number
}

function planRotation(
  { passwordCredentials }: Application,
  {
    overlap,
    displayName,
    endDateTime,
    ...made
  }: z.output<typeof rotateSecretBody> & Pick<NewPassword, 'keyId' | 'hint' | 'hash'>,
  at: number,
): Rotation | Refusal {
  const endAt = endDateTime ?? yearsAfter(at, DEFAULT_YEARS)
  const oldEndAt = at + overlap * 1000
  if (endAt < oldEndAt) return badMember('endDateTime', 'The new secret must not end before the old ones.')
  const password = { ...made, displayName: displayName ?? '', startAt: at, endAt }
  return { password, old: passwordCredentials.filter((one) => one.device === undefined && one.endAt > at), oldEndAt }
}

const secretForm = ({ keyId, displayName, hint, endAt }: Omit<PasswordCredential, 'startAt'>): object => ({
  keyId,
  displayName: displayName || null,
  hint,
  endDateTime: new Date(endAt).toISOString(),
})
