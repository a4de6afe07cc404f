// What to do about a refused login, first thing first. The words are for an operator; commands are ready to paste.

import type { AccessTrace, Suggestion } from './decision-trace.ts'
import type { Refusal } from './verdict.ts'

const newSecret = (applicationId: string): Suggestion => ({
  text: 'Make a new client secret and give it to the device; the old ones stay valid with --append.',
  command: `postern ad app credential reset --id ${applicationId} --append`,
})

const listSecrets = (applicationId: string): Suggestion => ({
  text: 'Compare with the secrets the application has (first three characters, start and end).',
  command: `postern ad app credential list --id ${applicationId}`,
})

const settings: Suggestion = {
  text: 'Compare the user name with the forms that the communication service shows.',
  command: 'postern communication settings',
}

/** Suggestions for a refused or lost login; never empty. */
export function suggestFor(refusal: Refusal): readonly Suggestion[] {
  const applicationId = refusal.login?.applicationId ?? ''
  switch (refusal.reason) {
    case 'wrong-secret':
      return [listSecrets(applicationId), newSecret(applicationId)]
    case 'expired-secret':
      return [newSecret(applicationId)]
    case 'secret-not-yet-valid':
      return [listSecrets(applicationId)]
    case 'missing-role':
      return suggestRole(refusal)
    case 'application-disabled':
      return [{ text: `Enable application ${applicationId} again if it may send.` }]
    case 'no-service-principal':
      return [{ text: `Create a service principal for application ${applicationId}: roles are assigned to it.` }]
    case 'unknown-application':
    case 'unknown-tenant':
    case 'tenant-mismatch':
    case 'unknown-resource':
    case 'unknown-username':
      return [settings]
    case 'authorization-identity-mismatch':
      return [{ text: 'Leave the authorization identity of the client empty, or make it equal to the user name.' }]
    case 'malformed-response':
      return [{ text: 'The client sent something that is not a user name and password in the form of its mechanism.' }]
    case 'unavailable':
      return [
        {
          text: 'The service could not decide. It is not the password: look at the health of the service and try again.',
        },
      ]
  }
}

function suggestRole(refusal: Refusal): readonly Suggestion[] {
  const { access, principalId } = refusal
  if (access === undefined) return [settings]
  if (access.deniedBy !== undefined)
    return [{ text: `The deny assignment ${access.deniedBy} blocks this principal; remove it if it may send.` }]
  return [assignEmailSender(access, principalId ?? ''), extendRole(access)]
}

const assignEmailSender = (access: AccessTrace, principalId: string): Suggestion => ({
  text: `Assign the built-in role Email Sender, which holds only ${access.dataAction}.`,
  command: `postern role assignment create --assignee ${principalId} --role "Email Sender" --scope ${access.scope}`,
})

const extendRole = (access: AccessTrace): Suggestion => ({
  text: `Or add to a role the principal already has: ${access.missingActions.join(', ')}.`,
})
