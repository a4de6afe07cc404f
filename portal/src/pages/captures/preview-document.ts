// Makes of the HTML of a message a document that shows it and does nothing else. What could run, load, submit or lead elsewhere is taken
// out, images that the message brings along are put in. None of that has to be complete: the document is shown in a frame whose sandbox
// allows nothing, under a policy of its own that forbids everything but styles and images in it. CSP Level 3, Trusted Types.

/** As postal-mime gives it. */
export type Enclosed = {
  readonly contentId?: string | undefined
  readonly mimeType: string
  readonly content: ArrayBuffer | Uint8Array | string
}

/** `html` goes into `srcdoc` and nowhere else. `blocked`: what would have been loaded from elsewhere. */
export type PreviewDocument = { readonly html: string; readonly blocked: number }

type HtmlPolicy = { createHTML(html: string): string }
type TrustedTypes = { createPolicy(name: string, rules: HtmlPolicy): HtmlPolicy }

/**
 * The one policy that the portal's content security policy allows. What it vouches for goes to a parser that runs nothing, and to the
 * sandboxed frame. Not every browser has trusted types.
 */
const policy: HtmlPolicy = (window as { trustedTypes?: TrustedTypes }).trustedTypes?.createPolicy('postern-preview', {
  createHTML: (html) => html,
}) ?? { createHTML: (html) => html }

const FORBIDDEN =
  'script, noscript, template, iframe, frame, object, embed, applet, link, meta, base, audio, video, source, track, portal, title, bgsound'
/** Attributes that load, lead or send somewhere. */
const LEADING = [
  'href',
  'xlink:href',
  'action',
  'formaction',
  'ping',
  'target',
  'srcset',
  'src',
  'background',
  'poster',
  'data',
]

const FRAME_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'"
const FRAME_STYLE = `:root { color-scheme: light; background: #fff; color: #000 }
body { margin: 12px; font: 14px/1.4 sans-serif; overflow-wrap: anywhere } img { max-width: 100% }`
/** Before anything of the message, so that nothing of it is read without it. */
const HEAD = `<!doctype html><meta http-equiv="Content-Security-Policy" content="${FRAME_POLICY}"><style>${FRAME_STYLE}</style>`

export function makePreview(html: string, enclosed: readonly Enclosed[]): PreviewDocument {
  const page = new DOMParser().parseFromString(policy.createHTML(withoutTraps(html)), 'text/html')
  const root = rootOf(page)
  const images = imagesOf(enclosed)
  let blocked = root.querySelectorAll('link[href], video, audio').length
  for (const element of root.querySelectorAll(FORBIDDEN)) element.remove()
  for (const element of root.querySelectorAll('*')) blocked += disarm(element, images)
  for (const style of root.querySelectorAll('style')) {
    const { css, count } = withoutAddresses(normalSheet(style.textContent))
    style.textContent = css
    blocked += count
  }
  return { html: policy.createHTML(`${HEAD}${root.outerHTML}`), blocked }
}

/** Elements that are named so stand in front of what a document has by itself. */
function rootOf(page: Document): Element {
  const root: unknown = Reflect.get(Document.prototype, 'documentElement', page)
  if (root instanceof Element) return root
  throw new Error('a parsed page has a root')
}

function imagesOf(enclosed: readonly Enclosed[]): ReadonlyMap<string, string> {
  const images = new Map<string, string>()
  for (const { contentId, mimeType, content } of enclosed) {
    if (contentId === undefined || typeof content === 'string' || !/^image\/[a-z0-9.+-]+$/.test(mimeType)) continue
    const octets = new Uint8Array(content instanceof ArrayBuffer ? content : content.slice())
    images.set(contentId.replace(/^<(.*)>$/, '$1'), `data:${mimeType};base64,${base64Of(octets)}`)
  }
  return images
}

/** In pieces, since a call takes only so many arguments. */
function base64Of(octets: Uint8Array): string {
  let text = ''
  for (let at = 0; at < octets.length; at += 4096) text += String.fromCharCode(...octets.subarray(at, at + 4096))
  return btoa(text)
}

/** Gives how many things of it would have been loaded from elsewhere. */
function disarm(element: Element, images: ReadonlyMap<string, string>): number {
  const [src, href] = [element.getAttribute('src'), element.getAttribute('href')]
  const isImage = element.localName === 'img'
  let blocked = 0
  if (element.hasAttribute('style') && 'style' in element) {
    const { css, count } = withoutAddresses((element.style as CSSStyleDeclaration).cssText)
    element.setAttribute('style', css)
    blocked += count
  }
  for (const name of element.getAttributeNames()) {
    const value = element.getAttribute(name) ?? ''
    const isLeading = LEADING.includes(name.toLowerCase())
    if (isLeading && /^(?:https?:)?\/\//i.test(value.trim()) && name !== 'href') blocked += 1
    if (isLeading || /^(?:on|autofocus$)/i.test(name)) element.removeAttribute(name)
  }
  const image = isImage && src !== null ? imageOf(src.trim(), images) : undefined
  if (image !== undefined) element.setAttribute('src', image)
  if (element.localName === 'a' && href !== null) element.setAttribute('title', href)
  return blocked
}

function imageOf(src: string, images: ReadonlyMap<string, string>): string | undefined {
  if (/^data:image\//i.test(src)) return src
  return /^cid:/i.test(src) ? images.get(decodeId(src.slice('cid:'.length))) : undefined
}

/** RFC 2392 §2: encoded as in a URL. */
function decodeId(encoded: string): string {
  try {
    return decodeURIComponent(encoded)
  } catch {
    return encoded
  }
}

/**
 * A base address is tried while the page is still being taken apart, which the browser complains of; another empty element of the head
 * takes its place. What is in a form stands in front of what the form has by itself, and nothing is to be sent.
 */
const withoutTraps = (html: string): string =>
  html.replaceAll(/<base(?![\w-])/gi, '<bgsound').replaceAll(/<(\/?)form(?![\w-])/gi, '<$1div')

type CleanedCss = { readonly css: string; readonly count: number }

/** Of CSS as the browser spells it, in which an address has but one form. */
function withoutAddresses(normal: string): CleanedCss {
  let count = 0
  // One that has no end goes on to the end of all: looked for anew from each, the ends would take the square of them.
  const css = normal.replaceAll(/url\(\s*(?:"(?:[^"\\]|\\[^])*"\s*\)|[^)]*(?:\)|$))/gi, (found) => {
    if (/^url\(\s*["']?data:image\//i.test(found)) return found
    count += 1
    return 'none'
  })
  return { css, count }
}

/** As the browser understands it; it is not in use, so nothing is loaded. Imports are no part of such a sheet. */
function normalSheet(css: string): string {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(css.replaceAll(/@import[^;]*;?/gi, ''))
  return [...sheet.cssRules].map(({ cssText }) => cssText).join('\n')
}
