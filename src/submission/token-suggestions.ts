// What to do about an access token that was not taken: whoever asks for the token has to ask for another one.

import type { RejectReason } from '../identity/identity.ts'
import { TOKEN_SCOPE } from '../sasl/bearer-response.ts'

const ADVICE: Readonly<Partial<Record<RejectReason, string>>> = {
  'malformed-token':
    'Let the program send an access token with XOAUTH2 or OAUTHBEARER; a client secret goes with PLAIN or LOGIN.',
  'wrong-token-signature':
    'Let the program ask for a new access token from the identity provider of this tenant; this one was signed by somebody else, or the provider has changed its keys.',
  'wrong-token-issuer':
    'Let the program ask for its access token from the identity provider that this tenant has here.',
  'wrong-token-audience': `Let the program ask for its access token with the scope ${TOKEN_SCOPE}, or the audience that the identity provider of this tenant has here.`,
  'wrong-token-tenant': 'Let the program ask for its access token in the tenant that its user name names.',
  'wrong-token-application': 'Let the program ask for its access token as the application that its user name names.',
  'user-token':
    'Let the program ask for its access token with the client credentials grant, as an application: a token of a signed-in user cannot send.',
  'token-not-yet-valid': 'Set the clock of the machine that issued the access token, or of this one.',
  'expired-token': 'Let the program ask for a new access token before it connects, and again when the session ends.',
}

/** Undefined for a reason that is not about tokens. */
export const adviseOnToken = (reason: string): string | undefined => ADVICE[reason as RejectReason]
