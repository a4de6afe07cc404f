// What to do about a refused login, first thing first. The words are for an operator; commands are ready to paste, with the ids of what
// was refused in them. It looks nothing up: `advise.ts` does, when somebody reads the trace. No suggestion holds a secret.

import { inTurn, posternCommand } from './copyable-command.ts'
import type { AccessTrace, Suggestion } from './decision-trace.ts'
import { clearFault } from './faults.ts'
import { waitUntilItHolds } from './grant-delays.ts'
import { NOBODY, type ResolvedLogin } from './login.ts'
import { adviseOnToken } from './token-suggestions.ts'
import { suggestForProvider } from './provider-suggestions.ts'
import type { Refusal } from './verdict.ts'

/** A role that lets its holder send and do nothing else. */
const SENDING_ROLE = 'Email Sender'

/** Suggestions for a refused or lost login; never empty. */
export function suggestFor(refusal: Refusal): readonly Suggestion[] {
  const { login, reason, fault, tooNew } = refusal
  if (fault !== undefined) return [clearFault(fault)]
  if (tooNew !== undefined) return [waitUntilItHolds(tooNew)]
  const atProvider = suggestForProvider(refusal)
  if (atProvider !== undefined) return atProvider
  const applicationId = applicationOf(login)
  switch (reason) {
    case 'wrong-secret':
      return [...suggestForMistake(refusal), newSecret(applicationId), listSecrets(applicationId)]
    case 'expired-secret':
    case 'secret-not-yet-valid':
      return [newSecret(applicationId), listSecrets(applicationId)]
    case 'outside-network':
      return [newDevicePassword(applicationId), listSecrets(applicationId)]
    case 'no-identity-by-network':
      return [signIn(login)]
    case 'missing-role':
      return suggestRole(refusal)
    case 'too-many-failures':
      return [letIn(refusal.network)]
    case 'too-many-sessions':
      return [closeSessions]
    case 'application-disabled':
      return [enableApplication(applicationId)]
    case 'no-service-principal':
      return [makePrincipal(applicationId, login?.service?.id)]
    case 'unknown-resource':
      return [{ text: 'Take the name of a communication service that is there.', command: LIST_SERVICES }]
    case 'unknown-application':
      return [makeCredential(login), showSettings(login)]
    case 'unknown-username':
      return login?.repaired === undefined ? [showSettings(login)] : [enterRepaired(login.repaired)]
    case 'unknown-tenant':
    case 'tenant-mismatch':
      return [showSettings(login)]
    case 'authorization-identity-mismatch':
      return [
        {
          text: 'Leave the authorization identity of the client empty, or make it equal to the user name.',
          command: settingsCommand(login),
          setting: { name: 'authorizationIdentity', value: '' },
        },
      ]
    case 'malformed-response':
      return [chooseMechanism(login, refusal.mechanisms)]
    case 'unavailable':
      return [unavailable]
    default:
      return suggestForToken(reason, login)
  }
}

const signIn = (login: ResolvedLogin | undefined): Suggestion => ({
  ...makeCredential(login),
  text: 'Let the devices of the network sign in, or make it stand for an application of the embedded directory.',
})

const letIn = (network: string | undefined): Suggestion => ({
  text: 'Stop what keeps failing to sign in from this network (postern login-limits list shows it), then let the network in again.',
  command: posternCommand(['login-limits', 'clear'], { '--network': network }),
})

const closeSessions: Suggestion = {
  text: 'Nothing is wrong with the login: its subscription has as many sessions as it may have at Azure. Have clients close what they do not use.',
  command: posternCommand(['config', 'describe']),
}

const LIST_SERVICES = posternCommand(['communication', 'list'])

const applicationOf = (login: ResolvedLogin | undefined): string | undefined =>
  login === undefined || login.applicationId === NOBODY ? undefined : login.applicationId

const settingsCommand = (login: ResolvedLogin | undefined): string =>
  posternCommand(['communication', 'settings'], { '--name': login?.service?.id, '--app-id': applicationOf(login) })

export const showSettings = (login: ResolvedLogin | undefined): Suggestion => ({
  text: 'Compare the user name with the forms that the communication service shows.',
  command: settingsCommand(login),
})

const enterRepaired = (username: string): Suggestion => ({
  text: 'The user name is spelt wrongly. Enter it as below.',
  command: posternCommand(['doctor'], { '--username': username }),
  setting: { name: 'username', value: username },
})

export const newSecret = (applicationId: string | undefined): Suggestion => ({
  text: 'Make a new client secret and give it to the device; the old ones stay valid with --append.',
  command: posternCommand(['ad', 'app', 'credential', 'reset'], { '--id': applicationId, '--append': true }),
})

const newDevicePassword = (applicationId: string | undefined): Suggestion => ({
  text: 'Make a device password for where the device is: without --network it is good from everywhere.',
  command: posternCommand(['ad', 'app', 'credential', 'reset', '--device-password', '--append'], {
    '--id': applicationId,
  }),
})

const listSecrets = (applicationId: string | undefined): Suggestion => ({
  text: 'Compare with the secrets the application has (first three characters, start and end).',
  command: posternCommand(['ad', 'app', 'credential', 'list'], { '--id': applicationId }),
})

/** What somebody did with a secret that is right, as far as it can be seen without it. */
function suggestForMistake({ mistake }: Refusal): readonly Suggestion[] {
  if (mistake !== 'white space around it') return []
  return [
    {
      text: 'Enter the same secret again without the space or line break before or behind it.',
      setting: { name: 'password', value: 'without white space around it' },
    },
  ]
}

const enableApplication = (applicationId: string | undefined): Suggestion => ({
  text: 'Enable the application again if it may send.',
  command: posternCommand(['ad', 'sp', 'update'], { '--id': applicationId, '--account-enabled': 'true' }),
})

/** A principal made anew has none of the roles that the old one had. */
function makePrincipal(applicationId: string | undefined, scope: string | undefined): Suggestion {
  const create = posternCommand(['ad', 'sp', 'create'], { '--id': applicationId })
  const assign = posternCommand(['role', 'assignment', 'create'], {
    '--assignee': applicationId,
    '--role': SENDING_ROLE,
    '--scope': scope,
  })
  return {
    text: 'Create the service principal of the application, and give it the role: roles are assigned to it.',
    command: scope === undefined ? create : inTurn(create, assign),
  }
}

/** Its name is made from the id of the one that is gone, so that the command run twice makes one application. */
const makeCredential = (login: ResolvedLogin | undefined): Suggestion => ({
  text: 'There is no such application any more: make all that the device needs anew, and enter what this prints.',
  command: posternCommand(['communication', 'smtp-credential', 'create'], {
    '--name': `mail-${(applicationOf(login) ?? '').slice(0, 8)}`,
    '--comm-service-name': login?.service?.id,
  }),
})

function chooseMechanism(
  login: ResolvedLogin | undefined,
  offered: readonly string[] = ['PLAIN', 'LOGIN'],
): Suggestion {
  const [value = 'LOGIN', ...others] = ['PLAIN', 'LOGIN'].filter((name) => offered.includes(name))
  const names = [value, ...others].join(' or ')
  return {
    text: `The client sent something that is not a user name and password in the form of its mechanism: choose ${names}.`,
    command: settingsCommand(login),
    setting: { name: 'mechanism', value },
  }
}

const unavailable: Suggestion = {
  text: 'The service could not decide. It is not the password: look at the store and the provider, and try again.',
  command: posternCommand(['db', 'status']),
}

/** Reasons of logins by token: whoever asks for the token asks for another one. */
function suggestForToken(reason: Refusal['reason'], login: ResolvedLogin | undefined): readonly Suggestion[] {
  const text = adviseOnToken(reason) ?? 'Compare the application and its tenant with what the user name says.'
  return [{ text, command: settingsCommand(login) }]
}

function suggestRole(refusal: Refusal): readonly Suggestion[] {
  const { access, principalId, login } = refusal
  if (access === undefined) return [showSettings(login)]
  const assign = assignSendingRole(access, principalId ?? '')
  if (access.deniedBy === undefined) return [assign, extendRole(access)]
  return [
    {
      text: `The deny assignment ${access.deniedBy} blocks this principal, whatever roles it has; remove it if it may send.`,
      command: posternCommand(['role', 'deny-assignment', 'list'], { '--scope': access.scope }),
    },
    assign,
  ]
}

const assignSendingRole = (access: AccessTrace, principalId: string): Suggestion => ({
  text: `Assign the built-in role ${SENDING_ROLE}, which holds only ${access.dataAction}.`,
  command: posternCommand(['role', 'assignment', 'create'], {
    '--assignee': principalId,
    '--role': SENDING_ROLE,
    '--scope': access.scope,
  }),
})

const extendRole = (access: AccessTrace): Suggestion => ({
  text: `Or add to a role the principal already has: ${access.missingActions.join(', ')}.`,
})
