// What to do where a provider that is somewhere else refused a login or did not answer: at the provider, with its own tools where they
// are known, and at the settings that lead to it.

import { posternCommand, shellWord } from './copyable-command.ts'
import type { Suggestion } from './decision-trace.ts'
import { NOBODY } from './login.ts'
import type { Refusal } from './verdict.ts'

/** Undefined where the provider has nothing to do with it. */
export function suggestForProvider(refusal: Refusal): readonly Suggestion[] | undefined {
  const { provider, reason, login } = refusal
  const tenantId = login === undefined || login.tenantId === NOBODY ? undefined : login.tenantId
  if (reason === 'provider-changed') return [showProvider(tenantId)]
  if (provider === undefined) return undefined
  if (refusal.type === 'unavailable') return [lookAtProvider(tenantId)]
  const first = provider === 'entra' ? suggestForEntra(reason, login?.applicationId ?? '') : suggestForOidc(reason)
  return [first, showProvider(tenantId)]
}

const az = (...words: readonly string[]): string => ['az', ...words].map(shellWord).join(' ')

function suggestForEntra(reason: Refusal['reason'], applicationId: string): Suggestion {
  switch (reason) {
    case 'wrong-secret':
    case 'expired-secret':
      return {
        text: 'Make a new client secret in Microsoft Entra ID and give its value, not its id, to the device.',
        command: az('ad', 'app', 'credential', 'reset', '--id', applicationId, '--append'),
      }
    case 'no-service-principal':
      return {
        text: 'Create the service principal of the application in Microsoft Entra ID.',
        command: az('ad', 'sp', 'create', '--id', applicationId),
      }
    case 'application-disabled':
      return {
        text: 'Enable the application in Microsoft Entra ID if it may send.',
        command: az('ad', 'sp', 'update', '--id', applicationId, '--set', 'accountEnabled=true'),
      }
    case 'missing-consent':
      return {
        text: 'Let an administrator consent to what the application asks for, or assign it to the resource.',
        command: az('ad', 'app', 'permission', 'admin-consent', '--id', applicationId),
      }
    case 'blocked-by-policy':
      return {
        text: 'Find the policy in the sign-in log of the service principal in Microsoft Entra ID, and exclude the application or the address of this service from it.',
        command: az('ad', 'sp', 'show', '--id', applicationId),
      }
    default:
      return {
        text: 'Compare with the application as Microsoft Entra ID has it.',
        command: az('ad', 'app', 'show', '--id', applicationId),
      }
  }
}

/** Each provider has tools of its own. */
function suggestForOidc(reason: Refusal['reason']): Suggestion {
  if (reason === 'wrong-secret')
    return {
      text: 'Make sure that the provider has a client of this id, that it may authenticate as the settings say, and give the device a new secret of it.',
    }
  if (reason === 'unexpected-token')
    return {
      text: 'Compare audience, resource and claims in the settings with what the provider puts into its tokens.',
    }
  return { text: 'Allow the client credentials grant to the client at the provider.' }
}

const showCommand = (tenantId: string | undefined): string =>
  posternCommand(['identity-provider', 'show'], { '--tenant': tenantId })

const showProvider = (tenantId: string | undefined): Suggestion => ({
  text: 'See which identity provider the tenant has, and how it is asked.',
  command: showCommand(tenantId),
})

const lookAtProvider = (tenantId: string | undefined): Suggestion => ({
  text: 'The identity provider did not say yes or no. It is not the password: see that it can be reached and that its settings are right, and try again.',
  command: showCommand(tenantId),
})
