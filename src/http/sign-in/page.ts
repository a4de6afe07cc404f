// The pages on which people sign in: forms that work without any script but that of the passkey. Everything that came from outside is
// escaped, nothing is loaded, nobody may frame them, and their forms go nowhere but here. CSP Level 3, WCAG 2.2.

import type { Context } from 'hono'
import { html, raw } from 'hono/html'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { HttpEnv } from '../request-context.ts'
import { type Language, TEXTS, type Texts } from './texts.ts'

type Markup = ReturnType<typeof html>

export type Page = {
  readonly language: Language
  readonly title: keyof Texts
  /** What went wrong before; read out when the page opens. */
  readonly fault?: keyof Texts
  readonly body: (texts: Texts) => Markup
  /** Runs when the page is there. */
  readonly script?: string
  readonly status?: ContentfulStatusCode
}

const STYLE = `
:root { color-scheme: light dark; font: 14px/1.43 "Segoe UI", system-ui, sans-serif;
  --page: #f0f0f0; --card: #fff; --text: #242424; --quiet: #616161; --line: #757575; --brand: #0f6cbd; --on-brand: #fff; --fault: #b10e1c; }
@media (prefers-color-scheme: dark) { :root { --page: #141414; --card: #292929; --text: #fff; --quiet: #c8c8c8; --line: #adadad;
  --brand: #479ef5; --on-brand: #000; --fault: #f1a5ab; } }
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 16px; background: var(--page); color: var(--text) }
main { width: 100%; max-width: 440px; padding: 40px; background: var(--card); border-radius: 8px; box-shadow: 0 2px 8px #0003 }
.service { color: var(--quiet); font-weight: 600 }
h1 { font-size: 24px; line-height: 32px; font-weight: 600; margin: 8px 0 16px }
label { display: block; margin: 16px 0 4px }
input { width: 100%; font: inherit; padding: 8px 12px; color: inherit; background: transparent; border: 1px solid var(--line); border-radius: 4px }
button { margin-top: 24px; font: inherit; font-weight: 600; padding: 8px 20px; border: 0; border-radius: 4px; background: var(--brand); color: var(--on-brand); cursor: pointer }
a { color: var(--brand) }
:focus-visible { outline: 2px solid var(--text); outline-offset: 2px }
code { font: 13px/1.5 Consolas, Menlo, monospace; overflow-wrap: anywhere }
pre { margin: 8px 0 0; padding: 8px 12px; border-radius: 4px; background: var(--page); white-space: pre-wrap }
ol { padding-left: 20px }
li { margin: 12px 0 }
.fault { color: var(--fault); font-weight: 600 }
`

export function answerPage(c: Context<HttpEnv>, nonce: string, page: Page): Response | Promise<Response> {
  const texts = TEXTS[page.language]
  c.header('content-security-policy', policyOf(nonce))
  c.header('cross-origin-opener-policy', 'same-origin')
  c.header('content-language', page.language)
  // With none at all a browser says of our own forms, too, that they come from nowhere.
  c.header('referrer-policy', 'same-origin')
  const fault = page.fault && html`<p class="fault" role="alert">${texts[page.fault]}</p>`
  const script = page.script && html`<script nonce="${nonce}">${raw(page.script)}</script>`
  return c.html(
    html`<!doctype html>
<html lang="${page.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${texts[page.title]} - ${texts.service}</title>
<style nonce="${nonce}">${raw(STYLE)}</style>
</head>
<body>
<main>
<div class="service">${texts.service}</div>
<h1>${texts[page.title]}</h1>
${fault}
${page.body(texts)}
</main>
${script}
</body>
</html>`,
    page.status ?? 200,
  )
}

function policyOf(nonce: string): string {
  const own = `'nonce-${nonce}'`
  return `default-src 'none'; style-src ${own}; script-src ${own}; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`
}

export type PasswordForm = {
  readonly language: Language
  readonly action: string
  /** What the client asked for, to be asked again. */
  readonly request: string
  readonly userName: string
  readonly fault?: keyof Texts
  readonly status?: ContentfulStatusCode
}

export function passwordPage({ language, action, request, userName, fault, status }: PasswordForm): Page {
  const [toName, toPassword] = userName === '' ? [raw('autofocus'), ''] : ['', raw('autofocus')]
  return {
    language,
    title: 'title',
    ...(fault && { fault }),
    ...(status && { status }),
    body: (texts) => html`<form method="post" action="${action}">
<input type="hidden" name="request" value="${request}">
<label for="user-name">${texts.userName}</label>
<input id="user-name" name="username" value="${userName}" placeholder="${texts.userNameHint}" autocomplete="username" spellcheck="false" autocapitalize="none" required ${toName}>
<label for="password">${texts.password}</label>
<input id="password" name="password" type="password" autocomplete="current-password" required ${toPassword}>
<button>${texts.signIn}</button>
</form>`,
  }
}

export type TicketForm = {
  readonly language: Language
  readonly action: string
  readonly request: string
  readonly ticket: string
  readonly userName: string
  readonly fault?: keyof Texts
}

export function newPasswordPage({ language, action, request, ticket, userName, fault }: TicketForm): Page {
  return {
    language,
    title: 'newPasswordTitle',
    ...(fault && { fault }),
    body: (texts) => html`<p>${texts.newPasswordText}</p>
<form method="post" action="${action}">
<input type="hidden" name="request" value="${request}">
<input type="hidden" name="ticket" value="${ticket}">
<input name="username" value="${userName}" autocomplete="username" hidden>
<label for="password">${texts.newPassword}</label>
<input id="password" name="password" type="password" autocomplete="new-password" minlength="12" required autofocus>
<label for="again">${texts.newPasswordAgain}</label>
<input id="again" name="again" type="password" autocomplete="new-password" minlength="12" required>
<button>${texts.change}</button>
</form>`,
  }
}

/** `options`: JSON, as WebAuthn Level 3 §5.1.9 reads it. */
export function passkeyPage({
  language,
  action,
  request,
  ticket,
  fault,
  options,
}: TicketForm & { options: object }): Page {
  return {
    language,
    title: 'passkeyTitle',
    ...(fault && { fault }),
    body: (texts) => html`<p>${texts.passkeyText}</p>
<p id="failed" class="fault" role="alert" hidden>${texts.passkeyFailed}</p>
<p id="missing" class="fault" role="alert" hidden>${texts.passkeyMissing}</p>
<form method="post" action="${action}" data-options="${JSON.stringify(options)}">
<input type="hidden" name="request" value="${request}">
<input type="hidden" name="ticket" value="${ticket}">
<input type="hidden" name="response">
<button type="button" autofocus>${texts.usePasskey}</button>
</form>`,
    script: PASSKEY_SCRIPT,
  }
}

const PASSKEY_SCRIPT = `
const form = document.forms[0]
form.querySelector('button').addEventListener('click', async () => {
  const show = (id) => { document.getElementById(id).hidden = false }
  if (!window.PublicKeyCredential?.parseRequestOptionsFromJSON) return show('missing')
  try {
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(JSON.parse(form.dataset.options))
    const credential = await navigator.credentials.get({ publicKey })
    form.elements.response.value = JSON.stringify(credential.toJSON())
    form.submit()
  } catch { show('failed') }
})
`

export function faultPage(language: Language, text: string): Page {
  return { language, title: 'faultTitle', status: 400, body: () => html`<p>${text}</p>` }
}

/** `elsewhere`: a provider signed them in, and still knows them. */
export function signedOutPage(language: Language, portal: string, elsewhere: boolean): Page {
  return {
    language,
    title: 'signedOut',
    body: (texts) => html`${elsewhere && html`<p>${texts.signedInElsewhere}</p>`}
<p><a href="${portal}">${texts.back}</a></p>`,
  }
}
