// `postern identity-provider set`: has Microsoft Entra ID, or any OpenID provider, prove the logins of the tenant, and the people who sign
// in to the portal. It replaces what was set before as a whole; a secret stays while client and provider do.

import { readFileSync } from 'node:fs'
import { type Command, Option } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import { type Failure, failed, misused } from '../failure.ts'
import { IDENTITY_PROVIDERS, identityProviderAnswer } from '../identity-provider-answers.ts'
import { storedSecret } from '../secret-source.ts'

type Flags = ApiFlags & {
  readonly provider: 'embedded' | 'entra' | 'oidc'
  readonly authority?: string
  readonly issuer?: string
  readonly clientAuthentication?: string
  readonly scope?: string
  readonly audience?: string
  readonly resource?: string
  readonly acceptAudience?: readonly string[]
  readonly principalClaim?: string
  readonly groupsClaim?: string
  readonly timeout?: string
  readonly recheck?: string
  readonly recheckInterval?: string
  readonly providerCaFile?: string
  readonly signInClientId?: string
  readonly signInScope?: string
  readonly signInSecretFile?: string
}

export function addIdentityProviderSet(parent: Command, context: CommandContext): void {
  addApiCommand(parent, {
    usage: 'set',
    description:
      'Set who proves the logins of the tenant. What was set before is replaced as a whole. Open sessions of another provider end at their next message.',
    examples: [
      'postern identity-provider set --provider entra',
      'postern identity-provider set --provider entra --sign-in-client-id 11111111-2222-3333-4444-555555555555 --sign-in-secret-file secret.txt',
      'postern identity-provider set --provider oidc --issuer https://id.example.com/realms/mail --groups-claim groups',
    ],
  })
    .addOption(
      new Option('--provider <kind>', 'who it is').choices(['embedded', 'entra', 'oidc']).makeOptionMandatory(),
    )
    .option('--authority <cloud>', 'entra: public, usgov, china or an https URL (default: public)')
    .option('--issuer <url>', 'oidc: as the discovery document names it')
    .option('--client-authentication <method>', 'oidc: client_secret_basic (default) or client_secret_post')
    .option('--scope <scope>', 'what a token is asked for')
    .option('--audience <audience>', 'oidc: sent with the token request')
    .option('--resource <resource>', 'oidc: sent with the token request')
    .option('--accept-audience <audience...>', 'audiences of tokens that are taken')
    .option('--principal-claim <name>', 'oidc: the claim that names the principal (default: sub)')
    .option('--groups-claim <name>', 'oidc: the claim that lists groups')
    .option('--timeout <duration>', 'for one login (default: 2500ms)')
    .option('--recheck <when>', 'session (default), interval or message')
    .option('--recheck-interval <duration>', 'for interval (default: 5m)')
    .option('--provider-ca-file <file>', 'PEM file of authorities to trust instead of the public ones')
    .option('--sign-in-client-id <id>', 'client there as which people are signed in to the portal')
    .option('--sign-in-scope <scopes>', 'what is asked for when they sign in (default: openid profile)')
    .option(
      '--sign-in-secret-file <file>',
      'file with the secret of that client; POSTERN_SIGN_IN_SECRET may hold it instead',
    )
    .action((flags: Flags) => runApiCommand(context, flags, (api) => set(context, api, flags)))
}

async function set({ terminal }: CommandContext, api: Api, flags: Flags): Promise<Answer | Failure> {
  const own = ownSettings(flags)
  if (own.type === 'failed') return own
  const ca = readCa(flags.providerCaFile)
  if (typeof ca === 'object') return ca
  const client = signInClient(terminal, flags)
  if (client.type === 'failed') return client
  const { provider, timeout, recheck, recheckInterval } = flags
  const { signIn } = client
  const properties = { provider, ...own.settings, timeout, recheck, recheckInterval, ca, signIn }
  const answer = await api.call('PUT', `${IDENTITY_PROVIDERS}/${api.connection.tenantId}`, {}, { properties })
  return answer.type === 'failed' ? answer : identityProviderAnswer(answer.body)
}

type Own = { readonly type: 'own'; readonly settings: object }

/** The section of the provider, with what was given and nothing else. */
function ownSettings(flags: Flags): Own | Failure {
  const { provider, authority, issuer, clientAuthentication, scope, audience, resource } = flags
  const { acceptAudience: audiences, principalClaim, groupsClaim } = flags
  const ofOidc = { issuer, clientAuthentication, audience, resource, principalClaim, groupsClaim }
  if (provider !== 'entra' && authority !== undefined)
    return misused('--authority is only for --provider entra.', 'Leave it out, or name that provider.')
  if (provider !== 'oidc' && Object.values(ofOidc).some((value) => value !== undefined))
    return misused('An option is only for --provider oidc.', 'See which with --help.')
  if (provider === 'oidc' && issuer === undefined)
    return misused('--provider oidc needs --issuer.', 'Give the issuer as its discovery document names it.')
  if (provider === 'embedded') return { type: 'own', settings: {} }
  const section = provider === 'entra' ? { authority, scope, audiences } : { ...ofOidc, scope, audiences }
  return { type: 'own', settings: { [provider]: section } }
}

type Client = { readonly type: 'client'; readonly signIn?: object }

function signInClient(
  terminal: CommandContext['terminal'],
  { provider, signInClientId: clientId, signInScope: scope, signInSecretFile: file }: Flags,
): Client | Failure {
  if (clientId === undefined)
    return scope === undefined && file === undefined
      ? { type: 'client' }
      : misused('--sign-in-scope and --sign-in-secret-file need --sign-in-client-id.', 'Name the client as well.')
  if (provider === 'embedded')
    return misused('--sign-in-client-id is not for --provider embedded.', 'Leave it out, or name that provider.')
  const source = { variable: 'POSTERN_SIGN_IN_SECRET', flag: '--sign-in-secret-file', file, question: 'Client secret' }
  const secret = storedSecret(terminal, source)
  if (secret?.type === 'failed') return secret
  return { type: 'client', signIn: { clientId, scope, clientSecret: secret?.secret } }
}

function readCa(path: string | undefined): string | undefined | Failure {
  if (path === undefined) return undefined
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    return failed(`Cannot read ${path}: ${(error as Error).message}`, 'Name a PEM file with --provider-ca-file.')
  }
}
