// HTML whose links lead through ours and whose end asks for a picture of ours. Only the attributes that hold the links are written anew,
// and the picture is put in front of the end of the body: every other character stays as it was. Links are found by a tokenizer that reads
// HTML as browsers do; what is no complete, plain http link is left alone. WHATWG HTML §13.2.5, WHATWG URL §4.4.

import { RewritingStream } from 'parse5-html-rewriting-stream'

export type LinkTracking = {
  /** What takes the place of a link; undefined where it stays. */
  readonly clickOf: (address: string) => string | undefined
  /** The address of the picture. */
  readonly view: string
}

/** Links of one part; those behind them stay. Beyond it a message would grow by megabytes. */
const LINK_LIMIT = 500
const LINK_TAGS = new Set(['a', 'area'])
/** The attribute with its value, as it may be written. What the tokenizer put together from other pieces does not fit. */
const ATTRIBUTE = /^href[\t\n\f\r ]*=[\t\n\f\r ]*(?:"[^"]*"|'[^']*'|[^\t\n\f\r "'=<>`][^\t\n\f\r >]*)$/i

type StartTag = Parameters<RewritingStream['emitStartTag']>[0]
type Token = Pick<StartTag, 'sourceCodeLocation'>
/** Its type leaves the attributes out. */
type TagLocation = {
  readonly attrs?: Readonly<Record<string, { readonly startOffset: number; readonly endOffset: number }>>
}
/** Where no `>` follows, what is written behind these would belong to them: a comment, or the beginning of a tag. */
const OPENING = /<[!/?]/

type Change = { readonly start: number; readonly end: number; readonly text: string }

/** Each costs the tokenizer as much as there are around it. */
const FOREIGN_LIMIT = 1000
const FOREIGN_TAG = /<(?:svg|math)/gi

/** Undefined for what would take long to read. */
export async function trackHtml(html: string, { clickOf, view }: LinkTracking): Promise<string | undefined> {
  if ((html.match(FOREIGN_TAG)?.length ?? 0) > FOREIGN_LIMIT) return undefined
  const links: Change[] = []
  let bodyEnd: number | undefined
  let readTo = 0
  const parser = new RewritingStream()
  const passed = ({ sourceCodeLocation: location }: Token) => {
    readTo = location?.endOffset ?? 0
  }
  parser.on('text', passed).on('comment', passed).on('doctype', passed)
  parser.on('startTag', (tag) => {
    passed(tag)
    const link = links.length < LINK_LIMIT ? findLink(html, tag, clickOf) : undefined
    if (link !== undefined) links.push(link)
  })
  parser.on('endTag', (tag) => {
    passed(tag)
    const { tagName, sourceCodeLocation } = tag
    if (tagName === 'body' || (tagName === 'html' && bodyEnd === undefined)) bodyEnd = sourceCodeLocation?.startOffset
  })
  await new Promise<void>((resolve, reject) => {
    parser.on('error', reject).on('finish', resolve).end(html)
  })
  const isComplete = readTo === html.length && !OPENING.test(html.slice(html.lastIndexOf('>') + 1))
  const end = bodyEnd ?? (isComplete ? html.trimEnd().length : undefined)
  if (end === undefined) return changed(html, links)
  const picture = { start: end, end, text: `<img src="${view}" width="1" height="1" alt="">` }
  return changed(
    html,
    [...links, picture].sort((one, other) => one.start - other.start),
  )
}

function findLink(html: string, tag: StartTag, clickOf: LinkTracking['clickOf']): Change | undefined {
  const location = tag.sourceCodeLocation as TagLocation | null | undefined
  const place = LINK_TAGS.has(tag.tagName) ? location?.attrs?.['href'] : undefined
  const address = tag.attrs.find(({ name }) => name === 'href')?.value
  if (place === undefined || address === undefined) return undefined
  const { startOffset: start, endOffset: end } = place
  const click = ATTRIBUTE.test(html.slice(start, end)) ? clickOf(address) : undefined
  return click === undefined ? undefined : { start, end, text: `href="${click}"` }
}

function changed(html: string, changes: readonly Change[]): string {
  const pieces: string[] = []
  let at = 0
  for (const { start, end, text } of changes) {
    pieces.push(html.slice(at, start), text)
    at = end
  }
  return pieces.join('') + html.slice(at)
}
