// The pages of a sign-in that an identity provider has to prove: what went wrong there, and how an administrator lets people sign in
// through it. What the provider says is shown as its own words.

import { html } from 'hono/html'
import type { ProviderSettings } from '../../identity/provider-settings.ts'
import type { Page } from './page.ts'
import type { Language, Texts } from './texts.ts'

/** `invalid`: its answer proves nobody. `disabled`: whom it proves may not sign in here. */
export type ProviderFault = 'refused' | 'invalid' | 'unavailable' | 'disabled' | 'expired' | 'turnedAway'

const FAULTS: Readonly<
  Record<ProviderFault, { readonly text: keyof Texts; readonly status: 400 | 401 | 429 | 502 | 503 }>
> = {
  refused: { text: 'providerRefused', status: 401 },
  invalid: { text: 'providerInvalid', status: 502 },
  unavailable: { text: 'providerUnavailable', status: 503 },
  disabled: { text: 'disabledHere', status: 401 },
  expired: { text: 'expired', status: 400 },
  turnedAway: { text: 'turnedAway', status: 429 },
}

/** Characters of the provider's words. */
const LONGEST = 500

/** `again`: where signing in begins anew. `words`: of the provider, or the request id for what only the log tells. */
export function providerFaultPage({
  language,
  fault,
  again,
  words,
}: {
  readonly language: Language
  readonly fault: ProviderFault
  readonly again: string
  readonly words?: string
}): Page {
  const { text, status } = FAULTS[fault]
  const introduction = fault === 'refused' ? 'providerWords' : 'requestId'
  return {
    language,
    title: 'providerTitle',
    fault: text,
    status,
    body: (texts) => html`${words !== undefined && html`<p>${texts[introduction]} <code>${printable(words)}</code></p>`}
<p><a href="${again}">${texts.tryAgain}</a></p>`,
  }
}

/** Control and format characters could make the words look like ours. */
const printable = (words: string): string => words.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').slice(0, LONGEST)

export function setUpPage({
  language,
  settings,
  redirectUri,
  inFile,
}: {
  readonly language: Language
  readonly settings: ProviderSettings
  readonly redirectUri: string
  /** The settings are in the configuration file, which is changed there. */
  readonly inFile: boolean
}): Page {
  const place = settings.kind === 'entra' ? `${settings.authority}/${settings.tenantId}` : settings.issuer
  return {
    language,
    title: 'setUpTitle',
    status: 404,
    body: (texts) => html`<p>${texts.setUpText}</p>
<p><code>${place}</code></p>
<ol>
<li>${texts.setUpClient}${example(redirectUri)}</li>
<li>${inFile ? texts.setUpFile : texts.setUpCommand}${example(inFile ? FILE : commandFor(settings))}</li>
<li>${texts.setUpRoles}${example(ROLES)}</li>
</ol>`,
  }
}

const example = (text: string) => html`<pre><code>${text}</code></pre>`

const FILE = 'signIn:\n  clientId: <ID>\n  clientSecretFile: <FILE>'
const ROLES = `postern role assignment create \\
  --assignee <ID> \\
  --assignee-principal-type User \\
  --role "Postern Administrator" \\
  --scope /`

function commandFor(settings: ProviderSettings): string {
  const issuer = settings.kind === 'oidc' ? [`--issuer ${settings.issuer}`] : []
  const options = [`--provider ${settings.kind}`, ...issuer, '--sign-in-client-id <ID>', '--sign-in-secret-file <FILE>']
  return ['postern identity-provider set', ...options].join(' \\\n  ')
}
