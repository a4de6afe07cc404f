// A device password beside the secrets of an application: short, shown once, for SMTP only, with an end of its own, and bound to a named
// network where one is given. Graph lists it among the application's passwordCredentials, marked by its customKeyIdentifier, and removes
// it like a secret; it has no shape for making one, so this is an operation of ours. The right to it is that to a new secret.

import type { Context } from 'hono'
import { z } from 'zod'
import { hintOf } from '../../identity/client-secret.ts'
import { generateDevicePassword, hashDevicePassword } from '../../identity/device-password.ts'
import type { Application, NewPassword } from '../../storage/storage.ts'
import { writeUndisturbed } from '../../storage/write-undisturbed.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { MAX_SECRETS, yearsAfter } from '../graph/passwords.ts'
import { answerRefusal, badMember, type Refusal } from '../refusal.ts'
import { changeOf, type HttpEnv, newGuid } from '../request-context.ts'
import { named, time } from '../responses.ts'
import { readBody } from '../validation.ts'
import { findOwnApplication, TOO_MANY } from './rotate-secret.ts'

const DEFAULT_YEARS = 2

export const devicePasswordBody = z.object({
  displayName: z.string().max(90).nullish(),
  endDateTime: z.iso
    .datetime({ offset: true })
    .transform((text) => Date.parse(text))
    .nullish(),
  /** The name of a network of the configuration. */
  network: z.string().nullish(),
})

export const madeDevicePassword = named(
  'DevicePassword',
  z.object({
    keyId: z.guid(),
    displayName: z.string().nullable(),
    hint: z.string(),
    endDateTime: time,
    network: z.string().nullable(),
    secretText: z.string(),
  }),
)

type Dependencies = Pick<HttpDependencies, 'storage' | 'pepper' | 'random' | 'networkNames'>

/** The application is named by its client id or its object id. */
export function makeDevicePassword(dependencies: Dependencies) {
  const { storage, pepper, random } = dependencies
  return async (c: Context<HttpEnv>): Promise<Response> => {
    const change = changeOf(c)
    const secretText = generateDevicePassword(random)
    const hash = hashDevicePassword(Buffer.from(secretText), pepper)
    const made = { keyId: newGuid(random), hint: hintOf(secretText), hash }
    const outcome = await writeUndisturbed<NewPassword | Refusal>(storage, c.var.caller.tenantId, async () => {
      const application = await findOwnApplication(storage, c)
      if ('type' in application) return { result: application }
      const asked = (await refuseOneMore(dependencies, application)) ?? readAsked(dependencies, c, change.at)
      if ('type' in asked) return { result: asked }
      const { tenantId, objectId } = application
      const password = { ...made, ...asked }
      return {
        result: password,
        record: ({ directory }) => void directory.addPassword(change, tenantId, objectId, password),
      }
    })
    if ('type' in outcome) return answerRefusal(c, outcome)
    const { keyId, displayName, hint, endAt, device } = outcome
    const endDateTime = new Date(endAt).toISOString()
    const network = device?.network ?? null
    return c.json({ keyId, displayName: displayName || null, hint, endDateTime, network, secretText })
  }
}

async function refuseOneMore(
  { storage }: Dependencies,
  { tenantId, applicationId }: Application,
): Promise<Refusal | undefined> {
  const login = await storage.read.directory.readLogin(tenantId, applicationId)
  return (login?.secrets.length ?? 0) < MAX_SECRETS ? undefined : TOO_MANY
}

function readAsked(
  { networkNames = [] }: Dependencies,
  c: Context<HttpEnv>,
  startAt: number,
): Pick<NewPassword, 'displayName' | 'startAt' | 'endAt' | 'device'> | Refusal {
  const body = readBody(c, devicePasswordBody)
  if (body.type === 'refused') return body
  const { displayName, endDateTime, network } = body.value
  const endAt = endDateTime ?? yearsAfter(startAt, DEFAULT_YEARS)
  if (endAt <= startAt) return badMember('endDateTime', 'The end of a device password must not be over already.')
  if (network != null && !networkNames.includes(network))
    return badMember('network', `The configuration has no network '${network}'.`)
  return { displayName: displayName ?? '', startAt, endAt, device: network == null ? {} : { network } }
}
